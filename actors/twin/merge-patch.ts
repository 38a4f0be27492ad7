import { isJsonObject, type JsonObject, type JsonValue } from "../contracts/json.ts";
import { acknowledgementOf } from "./acknowledgement.ts";

/**
 * RFC 7396 for twin sections. Sections never hold a null member (null removes), so every change of a section
 * can be written as a merge patch. Inputs are never changed; what a patch does not touch is shared. All loops are
 * `for ... in`: JSON objects inherit no keys, and the lists that `Object.keys` makes were a third of all garbage.
 */
export function applyMergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  if (replacesAll(target, patch)) return patch;
  const result: Record<string, JsonValue> = { ...target };
  for (const key in patch) {
    const value = patch[key] as JsonValue;
    if (value === null) delete result[key];
    else if (isJsonObject(value)) result[key] = applyMergePatch(memberObject(target, key) ?? {}, value);
    else result[key] = value;
  }
  return result;
}

/** Does the patch name every member with a plain value? Then it is the result itself: most reports are so. */
function replacesAll(target: JsonObject, patch: JsonObject): boolean {
  for (const key in patch) {
    const value = patch[key];
    if (value === null || isJsonObject(value)) return false;
  }
  for (const key in target) if (!Object.hasOwn(patch, key)) return false;
  return true;
}

/** The part of `patch` that changes `target`, or undefined when nothing does. */
export function minimizePatch(target: JsonObject, patch: JsonObject): JsonObject | undefined {
  let result: Record<string, JsonValue> | undefined;
  let [isWhole, kept] = [true, 0];
  for (const key in patch) {
    const value = patch[key] as JsonValue;
    const effective = effectiveMember(target, key, value);
    // Most reports change all they name, and then the patch itself is the answer; else a copy begins here.
    if (isWhole && effective !== value) result = copyOf(patch, kept);
    isWhole &&= effective === value;
    if (effective === undefined) continue;
    kept += 1;
    if (result) result[key] = effective;
  }
  if (kept === 0) return undefined;
  return result ?? patch;
}

/** Its first members. */
function copyOf(patch: JsonObject, count: number): Record<string, JsonValue> {
  const copy: Record<string, JsonValue> = {};
  let copied = 0;
  for (const key in patch) {
    if (copied === count) break;
    copy[key] = patch[key] as JsonValue;
    copied += 1;
  }
  return copy;
}

function effectiveMember(target: JsonObject, key: string, value: JsonValue): JsonValue | undefined {
  if (value === null) return Object.hasOwn(target, key) ? null : undefined;
  if (!isJsonObject(value)) return equalMember(target, key, value) ? undefined : value;
  const before = memberObject(target, key);
  return before ? minimizePatch(before, value) : applyMergePatch({}, value);
}

/** The merge patch that turns `before` into `after`, or undefined when they are equal. */
export function diffAsPatch(before: JsonObject, after: JsonObject): JsonObject | undefined {
  const patch: Record<string, JsonValue> = {};
  for (const key in before) if (!Object.hasOwn(after, key)) patch[key] = null;
  for (const key in after) {
    const value = after[key] as JsonValue;
    const old = memberObject(before, key);
    const change = old && isJsonObject(value) ? diffAsPatch(old, value) : changedValue(before, key, value);
    if (change !== undefined) patch[key] = change;
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

function changedValue(before: JsonObject, key: string, value: JsonValue): JsonValue | undefined {
  return equalMember(before, key, value) ? undefined : value;
}

/**
 * What `reported` lacks of `desired` or has different, with the path to the root kept; arrays whole.
 * Keys only in reported never appear. Undefined when there is nothing. An answer counts as the value in it.
 */
export function deltaOf(desired: JsonObject, reported: JsonObject): JsonObject | undefined {
  let result: Record<string, JsonValue> | undefined;
  for (const key in desired) {
    const value = desired[key] as JsonValue;
    const have = isJsonObject(value) ? memberObject(reported, key) : undefined;
    const missing = have && isJsonObject(value) ? deltaOf(value, have) : missingValue(reported, key, value);
    if (missing === undefined) continue;
    result ??= {};
    result[key] = missing;
  }
  return result;
}

function missingValue(reported: JsonObject, key: string, value: JsonValue): JsonValue | undefined {
  if (equalMember(reported, key, value)) return undefined;
  const answer = isJsonObject(value) ? undefined : acknowledgementOf(memberObject(reported, key));
  return answer && equalJson(answer.value, value) ? undefined : value;
}

export function equalJson(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) return equalArrays(a, b);
  return equalObjects(a as JsonObject, b as JsonObject);
}

function equalArrays(a: JsonValue, b: JsonValue): boolean {
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((value: JsonValue, index) => equalJson(value, b[index] as JsonValue));
}

function equalObjects(a: JsonObject, b: JsonObject): boolean {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => equalMember(b, key, a[key] as JsonValue));
}

function equalMember(object: JsonObject, key: string, value: JsonValue): boolean {
  return Object.hasOwn(object, key) && equalJson(object[key] as JsonValue, value);
}

/** Own members only: `constructor` and its kin are ordinary keys here, never inherited ones. */
export function memberObject(object: JsonObject, key: string): JsonObject | undefined {
  if (!Object.hasOwn(object, key)) return undefined;
  const value = object[key];
  return isJsonObject(value) ? value : undefined;
}
