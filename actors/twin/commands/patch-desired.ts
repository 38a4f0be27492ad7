import { applyPatch, type Operation } from "rfc6902";
import { DomainError } from "../../contracts/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../contracts/json.ts";
import type { Context, Decision } from "../../runtime/actor.ts";
import type { TwinCommands, TwinEvent, TwinView } from "../contract.ts";
import type { TwinState } from "../state.ts";
import { changeDesired } from "./change-desired.ts";
import { replacement } from "./replace-desired.ts";
import type { TwinRules } from "./rules.ts";

/** RFC 6902 on desired: all operations or none. */
export function patchDesired(
  rules: TwinRules,
  state: TwinState,
  params: TwinCommands["patchDesired"]["params"],
  context: Context,
): Decision<TwinEvent, TwinView> {
  const plan = () => replacement(rules, state, applied(state.desired.state, params.operations));
  return changeDesired(state, params, context, plan);
}

function applied(document: JsonObject, operations: readonly JsonValue[]): JsonObject {
  // The library changes its document in place; and a root pointer "" replaces the holder's member.
  const copy: { root: JsonValue } = { root: structuredClone(document) };
  for (const [index, operation] of operations.entries()) applyOne(copy, operation, index);
  if (isJsonObject(copy.root)) return copy.root;
  throw new DomainError("NOT_AN_OBJECT", { what: "desired state" });
}

function applyOne(copy: { root: JsonValue }, operation: JsonValue, index: number): void {
  if (!isJsonObject(operation)) throw problem(index, "an operation must be an object");
  let error: Error | null | undefined;
  try {
    [error] = applyPatch(copy, [rooted(operation, index)]);
  } catch (thrown) {
    error = thrown instanceof Error ? thrown : new Error(String(thrown));
  }
  if (error) throw problem(index, error.message || error.name);
}

/** The same operation one level below, where the document is the member `root`. */
function rooted(operation: JsonObject, index: number): Operation {
  const { op, path, from, value } = operation;
  const at = pointer(path, "path", index);
  switch (op) {
    case "add":
    case "replace":
    case "test":
      if (value === undefined) throw problem(index, `'${op}' needs a 'value'`);
      return { op, path: at, value: structuredClone(value) };
    case "remove":
      return { op, path: at };
    case "move":
    case "copy":
      return { op, path: at, from: pointer(from, "from", index) };
    default:
      throw problem(index, "'op' must be one of add, remove, replace, move, copy, test");
  }
}

function pointer(value: JsonValue | undefined, name: string, index: number): string {
  if (typeof value !== "string" || (value !== "" && !value.startsWith("/"))) {
    throw problem(index, `'${name}' must be a JSON pointer`);
  }
  return `/root${value}`;
}

function problem(index: number, text: string): DomainError {
  return new DomainError("INVALID_PATCH", { problem: `operation ${index}: ${text}` });
}
