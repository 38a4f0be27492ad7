import fc, { type Arbitrary } from "fast-check";
import { resolved } from "../../services/bff/openapi/schemas.ts";
import type { Schema } from "../../services/bff/openapi/types.ts";

/** Texts that mean something somewhere: filters, orders, times, versions. */
const KNOWN_TEXTS = [
  "",
  "a",
  "1",
  "2026-03-01T00:00:00Z",
  "2100-01-01T00:00:00Z",
  'labels.site = "a"',
  "labels.site : *",
  "labels.site = a AND NOT inSync = true",
  "desired.a.b > 1 OR reported.c : *",
  "version >= 1",
  "presence = ONLINE",
  "updateTime desc",
  "gatewayId",
  "nichts äöü 🙂",
];

/** Nobody is there to answer: it is not worth while to wait for it. */
const IMPATIENT: Readonly<Record<string, Schema>> = { timeoutSeconds: { maximum: 1 } };

/** Values that a schema of the document accepts; for the parts of JSON Schema that our contracts use. */
export function valuesOf(root: object, schema: Schema): Arbitrary<unknown> {
  const known = resolved<Schema>(root, schema);
  const { type, enum: options, const: value, anyOf } = known;
  if (Array.isArray(options)) return fc.constantFrom(...options);
  if (value !== undefined) return fc.constant(value);
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map((each) => valuesOf(root, each)));
  switch (type) {
    case "object":
      return objects(root, known);
    case "array":
      return arrays(root, known);
    case "integer":
      return fc.integer({ min: numberIn(known, "minimum", -1000), max: numberIn(known, "maximum", 100_000) });
    case "number":
      return fc.double({
        min: numberIn(known, "minimum", -1000),
        max: numberIn(known, "maximum", 1000),
        noNaN: true,
      });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "string":
      return strings(known);
    default:
      return fc.jsonValue({ maxDepth: 3 });
  }
}

function strings(schema: Schema): Arbitrary<string> {
  const { pattern } = schema;
  const minLength = numberIn(schema, "minLength", 0);
  const maxLength = numberIn(schema, "maxLength", 1000);
  const fits = (text: string) => text.length >= minLength && text.length <= maxLength;
  if (typeof pattern === "string") return fc.stringMatching(new RegExp(pattern)).filter(fits);
  const anyText = fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 30)) });
  const known = KNOWN_TEXTS.filter(fits);
  return known.length > 0
    ? fc.oneof({ weight: 1, arbitrary: anyText }, { weight: 3, arbitrary: fc.constantFrom(...known) })
    : anyText;
}

function arrays(root: object, schema: Schema): Arbitrary<unknown[]> {
  const minLength = numberIn(schema, "minItems", 0);
  const maxLength = Math.min(numberIn(schema, "maxItems", 3), minLength + 3);
  return fc.array(valuesOf(root, schemaIn(schema.items)), { minLength, maxLength });
}

function objects(root: object, schema: Schema): Arbitrary<object> {
  const members = Object.entries(schemaIn(schema.properties));
  const model = Object.fromEntries(
    members.map(([name, member]) => [name, valuesOf(root, { ...schemaIn(member), ...IMPATIENT[name] })]),
  );
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  const requiredKeys = [...required, ...Object.keys(IMPATIENT).filter((name) => name in model)];
  const named: Arbitrary<object> = fc.record(model, { requiredKeys });
  const others = otherMembers(root, schema);
  return others ? fc.tuple(others, named).map(([a, b]) => ({ ...a, ...b })) : named;
}

/** Members of any name; undefined: there must be none. */
function otherMembers(root: object, schema: Schema): Arbitrary<object> | undefined {
  const [pattern, member] = Object.entries(schemaIn(schema.patternProperties))[0] ?? [];
  if (pattern !== undefined) {
    const keys = fc.stringMatching(new RegExp(pattern), { maxLength: 20 });
    return fc.dictionary(keys, valuesOf(root, schemaIn(member)), { maxKeys: 3 });
  }
  if (schema.additionalProperties === false) return undefined;
  return fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
}

function numberIn(schema: Schema, keyword: string, otherwise: number): number {
  const value = schema[keyword];
  return typeof value === "number" ? value : otherwise;
}

function schemaIn(value: unknown): Schema {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
