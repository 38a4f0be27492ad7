import type { Schema } from "./types.ts";

type Member = { readonly schema: Schema; readonly isRequired: boolean };

/** The members of an object's schema, by name. */
export function membersOf(schema: object): Map<string, Member> {
  const properties: object = ("properties" in schema && schema.properties) || {};
  const required = "required" in schema && Array.isArray(schema.required) ? schema.required : [];
  return new Map(
    Object.entries(properties).map(([name, member]: [string, Schema]) => [
      name,
      { schema: { ...member }, isRequired: required.includes(name) },
    ]),
  );
}

/** The schema of an object with these members of another one, and no others. */
export function picked(schema: object, names: ReadonlySet<string>): Schema {
  const members = [...membersOf(schema)].filter(([name]) => names.has(name));
  const required = members.filter(([, { isRequired }]) => isRequired).map(([name]) => name);
  return {
    type: "object",
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(members.map(([name, member]) => [name, member.schema])),
    additionalProperties: false,
  };
}
