import { membersOf } from "./members.ts";
import type { Schema } from "./types.ts";

/** A schema of the document in the notation of TypeScript; a reference is the name of what it refers to. */
export function typeText(schema: Schema): string {
  const { $ref, enum: values, const: value, anyOf, type } = schema;
  if (typeof $ref === "string") return $ref.slice($ref.lastIndexOf("/") + 1);
  if (Array.isArray(values)) return unionText(values.map(literalText));
  if (value !== undefined) return literalText(value);
  if (Array.isArray(anyOf)) return unionText(anyOf.map(typeText));
  switch (type) {
    case "object":
      return objectText(schema);
    case "array":
      return `readonly ${grouped(typeText(schemaIn(schema, "items")))}[]`;
    case "integer":
    case "number":
      return "number";
    case "string":
    case "boolean":
    case "null":
      return type;
    default:
      return "unknown";
  }
}

/** `{ readonly name: type; ... }`; `before` makes what stands before a member. */
export function membersText(schema: Schema, before: (member: Schema) => string = () => ""): string {
  const members = [...membersOf(schema)].map(([name, { schema, isRequired }]) => {
    const key = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
    return `${before(schema)}readonly ${key}${isRequired ? "" : "?"}: ${typeText(schema)};`;
  });
  return members.length === 0 ? "Record<string, never>" : `{ ${members.join(" ")} }`;
}

function objectText(schema: Schema): string {
  const values = valuesOf(schema);
  const hasMembers = membersOf(schema).size > 0;
  if (values === undefined)
    return hasMembers || isClosed(schema) ? membersText(schema) : recordText("unknown");
  return hasMembers
    ? `${membersText(schema)} & ${recordText(typeText(values))}`
    : recordText(typeText(values));
}

/** Of members that have no name of their own. */
function valuesOf({ patternProperties, additionalProperties }: Schema): Schema | undefined {
  if (typeof patternProperties === "object" && patternProperties !== null) {
    return Object.values(patternProperties)[0];
  }
  return typeof additionalProperties === "object" ? (additionalProperties as Schema) : undefined;
}

function isClosed({ additionalProperties }: Schema): boolean {
  return additionalProperties === false;
}

function recordText(values: string): string {
  return `{ readonly [name: string]: ${values} }`;
}

function unionText(types: readonly string[]): string {
  return [...new Set(types)].join(" | ") || "never";
}

function grouped(text: string): string {
  return /[|&]/.test(text) ? `(${text})` : text;
}

function literalText(value: unknown): string {
  return JSON.stringify(value);
}

function schemaIn(schema: Schema, keyword: string): Schema {
  const inner = schema[keyword];
  return typeof inner === "object" && inner !== null ? (inner as Schema) : {};
}
