import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

// Written apart from the product's own merge and delta on purpose: the fleet is the oracle that checks them.

export interface JsonObject {
  readonly [key: string]: unknown;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function canonical(value: unknown): string {
  return canonicalize(value) ?? "";
}

/** Equal as JSON documents: the order of keys and the sign of zero do not count. */
export function sameJson(left: unknown, right: unknown): boolean {
  return left === right || canonical(left) === canonical(right);
}

/** RFC 7396 for two objects. */
export function merge(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergeValue(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function mergeValue(target: unknown, patch: unknown): unknown {
  return isObject(patch) ? merge(isObject(target) ? target : {}, patch) : patch;
}

/** What `have` lacks or has different, path to the root kept; keys only in `have` do not count. */
export function difference(want: JsonObject, have: JsonObject): JsonObject {
  const missing: [string, unknown][] = [];
  for (const [key, wanted] of Object.entries(want)) {
    const held = Object.hasOwn(have, key) ? have[key] : undefined;
    if (!isObject(wanted) || !isObject(held)) {
      if (!sameJson(wanted, held)) missing.push([key, wanted]);
      continue;
    }
    const inner = difference(wanted, held);
    if (!isEmpty(inner)) missing.push([key, inner]);
  }
  return Object.fromEntries(missing);
}

export function isEmpty(object: JsonObject): boolean {
  return Object.keys(object).length === 0;
}

/** The contract's `desiredHash`. */
export function hashOf(document: JsonObject): string {
  return createHash("sha256").update(canonical(document)).digest("hex").slice(0, 16);
}
