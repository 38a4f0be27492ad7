import { DomainError } from "../contracts/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../contracts/json.ts";
import type { Limits } from "../contracts/limits.ts";
import { checkDocument, exactBytes } from "./document-limits.ts";
import { pointerTo } from "./json-pointer.ts";
import { equalJson } from "./merge-patch.ts";

type Path = readonly string[];
type Edit = (container: JsonValue, token: string) => JsonValue | undefined;
type Draft = { document: JsonValue; readonly limits: Limits; bytesToCopy: number };

/** Together the `copy` operations of a patch may copy this many sections: else few of them make a giant. */
const COPIED_SECTIONS = 16;

/**
 * RFC 6902: all operations or none. The input is never changed. Only own members and real array indexes are
 * found by a pointer, so a path can neither read nor change what a value inherits.
 */
export function applyJsonPatch(
  document: JsonObject,
  operations: readonly JsonValue[],
  limits: Limits,
): JsonValue {
  const draft: Draft = { document, limits, bytesToCopy: COPIED_SECTIONS * limits.sectionBytes };
  for (const [index, operation] of operations.entries()) {
    if (!isJsonObject(operation)) throw problem(index, "an operation must be an object");
    checkDocument(`operation ${index}`, operation, { ...limits, depth: limits.depth + 1 });
    try {
      draft.document = applied(draft, operation);
    } catch (error) {
      throw error instanceof Misfit ? problem(index, error.message) : error;
    }
  }
  return draft.document;
}

/** Why one operation cannot be applied. */
class Misfit extends Error {}

function problem(index: number, text: string): DomainError {
  return new DomainError("INVALID_PATCH", { problem: `operation ${index}: ${text}` });
}

function applied(draft: Draft, operation: JsonObject): JsonValue {
  const { document } = draft;
  const path = pointer(draft, operation, "path");
  switch (operation.op) {
    case "add":
      return added(document, path, operand(operation));
    case "replace":
      found(document, path);
      return edited(document, path, operand(operation), replaceMember);
    case "remove":
      return removed(document, path);
    case "move":
      return moved(document, pointer(draft, operation, "from"), path);
    case "copy":
      return added(document, path, copied(draft, pointer(draft, operation, "from")));
    case "test":
      if (equalJson(found(document, path), operand(operation))) return document;
      throw new Misfit(`the value at '${pointerTo(path)}' is another one`);
    default:
      throw new Misfit("'op' must be one of add, remove, replace, move, copy, test");
  }
}

function added(document: JsonValue, path: Path, value: JsonValue): JsonValue {
  return edited(document, path, value, addMember);
}

function removed(document: JsonValue, path: Path): JsonValue {
  found(document, path);
  if (path.length === 0) throw new Misfit("the document itself cannot be removed");
  return edited(document, path, null, removeMember);
}

function moved(document: JsonValue, from: Path, path: Path): JsonValue {
  const value = found(document, from);
  if (from.length < path.length && from.every((token, level) => token === path[level])) {
    throw new Misfit("a value cannot be moved into itself");
  }
  return from.length === 0 ? document : added(removed(document, from), path, value);
}

function copied(draft: Draft, from: Path): JsonValue {
  const value = found(draft.document, from);
  checkDocument("copied value", { value }, { ...draft.limits, depth: draft.limits.depth + 1 });
  draft.bytesToCopy -= exactBytes(value);
  if (draft.bytesToCopy < 0) throw new Misfit("the patch copies too much");
  return value;
}

function found(document: JsonValue, path: Path): JsonValue {
  let value: JsonValue | undefined = document;
  for (const token of path) value = value === undefined ? undefined : member(value, token);
  if (value === undefined) throw nothingAt(path);
  return value;
}

function member(container: JsonValue, token: string): JsonValue | undefined {
  if (isJsonObject(container)) return Object.hasOwn(container, token) ? container[token] : undefined;
  return isArray(container) ? container[indexOf(token)] : undefined;
}

/** The document with the place at `path` changed by `edit`; what is beside it is shared with the old one. */
function edited(
  document: JsonValue,
  path: Path,
  value: JsonValue,
  edit: (value: JsonValue) => Edit,
): JsonValue {
  if (path.length === 0) return value;
  const result = editedBelow(document, path, 0, edit(value));
  if (result === undefined) throw nothingAt(path);
  return result;
}

function editedBelow(node: JsonValue, path: Path, level: number, edit: Edit): JsonValue | undefined {
  const token = path[level] as string;
  if (level === path.length - 1) return edit(node, token);
  const below = member(node, token);
  const result = below === undefined ? undefined : editedBelow(below, path, level + 1, edit);
  return result === undefined ? undefined : replaceMember(result)(node, token);
}

function addMember(value: JsonValue): Edit {
  return (container, token) => {
    if (isJsonObject(container)) return { ...container, [token]: value };
    if (!isArray(container)) return undefined;
    const index = token === "-" ? container.length : indexOf(token);
    return index <= container.length ? container.toSpliced(index, 0, value) : undefined;
  };
}

function replaceMember(value: JsonValue): Edit {
  return (container, token) => {
    if (isJsonObject(container)) return { ...container, [token]: value };
    return isArray(container) ? container.with(indexOf(token), value) : undefined;
  };
}

function removeMember(): Edit {
  return (container, token) => {
    if (isArray(container)) return container.toSpliced(indexOf(token), 1);
    if (!isJsonObject(container)) return undefined;
    const { [token]: _, ...rest } = container;
    return rest;
  };
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** NaN for what is no index: nothing is there. */
function indexOf(token: string): number {
  return /^(0|[1-9][0-9]{0,9})$/.test(token) ? Number(token) : Number.NaN;
}

function operand({ op, value }: JsonObject): JsonValue {
  if (value === undefined) throw new Misfit(`'${op}' needs a 'value'`);
  return value;
}

/** RFC 6901. */
function pointer({ limits }: Draft, operation: JsonObject, name: "path" | "from"): Path {
  const text = operation[name];
  if (typeof text !== "string" || !/^(\/([^~/]|~[01])*)*$/.test(text)) {
    throw new Misfit(`'${name}' must be a JSON pointer`);
  }
  const tokens = text.split("/").slice(1);
  if (tokens.length > limits.depth) throw new Misfit(`'${name}' leads deeper than ${limits.depth} levels`);
  return tokens.map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function nothingAt(path: Path): Misfit {
  return new Misfit(`there is nothing at '${pointerTo(path)}'`);
}
