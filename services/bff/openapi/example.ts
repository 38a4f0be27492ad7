import { membersOf } from "./members.ts";
import { resolved } from "./schemas.ts";
import type { OpenApiDocument, Schema } from "./types.ts";

/** A value as a reader would send it: what must be there, or the first member where nothing must. */
export function exampleOf(document: OpenApiDocument, schema: Schema, name = ""): unknown {
  const { type, enum: values, const: value, anyOf, items, minimum } = resolved<Schema>(document, schema);
  if (Array.isArray(values)) return values[0];
  if (value !== undefined) return value;
  if (Array.isArray(anyOf)) return exampleOf(document, anyOf[0], name);
  switch (type) {
    case "object":
      return exampleObject(document, resolved(document, schema));
    case "array":
      return [exampleOf(document, (items ?? {}) as Schema)];
    case "integer":
    case "number":
      return typeof minimum === "number" && minimum > 0 ? minimum : 1;
    case "boolean":
      return true;
    case "string":
      return name.endsWith("Id") ? `my-${name.slice(0, -2)}` : `my ${name || "text"}`;
    default:
      return { any: "value" };
  }
}

function exampleObject(document: OpenApiDocument, schema: Schema): object {
  const members = [...membersOf(schema)];
  const needed = members.filter(([, { isRequired }]) => isRequired);
  const shown = needed.length > 0 ? needed : members.slice(0, 1);
  return Object.fromEntries(shown.map(([name, member]) => [name, exampleOf(document, member.schema, name)]));
}
