import type { TSchema } from "typebox";
import type { Comparison, Literal } from "./ast.ts";
import { numberOf } from "./matches.ts";

/** The members of a resource, with their schemas. */
export type Members = Readonly<Record<string, TSchema>>;

/** Why a comparison with a plain member can never be true; undefined: it can. What is missing equals `null`. */
export function mismatchOf({ op, path: [name, ...below], value }: Comparison, members: Members) {
  const member = below.length === 0 && op !== ":" ? members[name] : undefined;
  if (!member || (!value.quoted && value.text === "null")) return undefined;
  const { accepts, what } = kindOf(name, member);
  return accepts(value) ? undefined : `'${name}' is compared with ${what}, not with '${value.text}'`;
}

type Kind = { readonly accepts: (literal: Literal) => boolean; readonly what: string };

const NUMBER: Kind = {
  accepts: ({ text, quoted }) => !quoted && !Number.isNaN(numberOf(text)),
  what: "a number",
};
const BOOLEAN: Kind = {
  accepts: ({ text, quoted }) => !quoted && /^(true|false)$/.test(text),
  what: "true or false",
};
const TIME: Kind = {
  accepts: ({ text }) => /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text)),
  what: "a time as in 2026-03-01T00:00:00Z",
};
const ANYTHING: Kind = { accepts: () => true, what: "anything" };

function kindOf(name: string, schema: { readonly type?: unknown; readonly enum?: readonly unknown[] }): Kind {
  const { type, enum: values } = schema;
  if (values) return { accepts: ({ text }) => values.includes(text), what: `one of ${values.join(", ")}` };
  if (type === "integer" || type === "number") return NUMBER;
  if (type === "boolean") return BOOLEAN;
  // As all resources name them (AIP-142).
  return type === "string" && /^time$|Time$/.test(name) ? TIME : ANYTHING;
}
