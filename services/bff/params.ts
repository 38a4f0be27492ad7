import { DomainError, type FieldViolation } from "../../actors/contracts/errors.ts";
import { isJsonObject, type JsonValue } from "../../actors/contracts/json.ts";
import type { Binding } from "./binding.ts";
import { membersOf } from "./body.ts";

/** Everything a request says, apart. */
export type Parts = {
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: JsonValue | undefined;
  readonly expectedVersion: number | undefined;
  readonly requestId: string;
  readonly by: string;
};

/** The action's params; the contract's schema is checked where the action is. */
export function paramsOf(binding: Binding, parts: Parts): Record<string, unknown> {
  return {
    ...queryParams(binding.query, parts.query),
    ...fromBody(binding, parts.body),
    ...parts.path,
    ...fromHeaders(binding, parts),
  };
}

/** `query` names what may be given, each with its type. */
export function queryParams(query: Binding["query"], given: URLSearchParams): Record<string, unknown> {
  const names = [...given.keys()];
  refuse(
    names.filter((name) => !query.has(name)),
    "is unknown",
  );
  refuse(
    names.filter((name, index) => names.indexOf(name) !== index),
    "is given more than once",
  );
  return Object.fromEntries([...given].map(([name, text]) => [name, converted(text, query.get(name))]));
}

/** What cannot be converted stays text, which the schema then refuses. */
function converted(text: string, type: string | undefined): unknown {
  const isNumber = (type === "integer" || type === "number") && /^-?\d+(\.\d+)?$/.test(text);
  if (isNumber) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

function fromBody(binding: Binding, body: JsonValue | undefined): Record<string, unknown> {
  const { bodyParam, bodyFields } = binding;
  if (bodyParam !== undefined) return { [bodyParam]: wholeBody(binding, body) };
  const members = membersOf(body);
  refuse(
    members.map(([name]) => name).filter((name) => !bodyFields.has(name)),
    "is unknown",
  );
  return Object.fromEntries(members);
}

function wholeBody({ bodyType }: Binding, body: JsonValue | undefined): JsonValue {
  if (body === undefined) throw new DomainError("INVALID_ARGUMENT", { problem: "the body is missing" });
  if (bodyType === "object" && !isJsonObject(body)) throw new DomainError("NOT_AN_OBJECT", { what: "body" });
  if (bodyType !== "array" || Array.isArray(body)) return body;
  throw new DomainError("INVALID_PATCH", { problem: "it is not an array of operations" });
}

function fromHeaders({ headers }: Binding, parts: Parts): Record<string, unknown> {
  const { expectedVersion, requestId, by } = parts;
  return {
    ...(headers.has("expectedVersion") && expectedVersion !== undefined && { expectedVersion }),
    ...(headers.has("requestId") && { requestId }),
    ...(headers.has("by") && { by }),
  };
}

function refuse(fields: readonly string[], description: string): void {
  if (fields.length === 0) return;
  const violations: FieldViolation[] = fields.map((field) => ({ field, description }));
  throw new DomainError("INVALID_ARGUMENT", { problem: `${fields[0]} ${description}` }, violations);
}
