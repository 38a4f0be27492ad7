import { DomainError } from "../contracts/errors.ts";
import { isJsonObject, type JsonValue } from "../contracts/json.ts";
import type { Limits } from "../contracts/limits.ts";

/**
 * Refuses what no section may hold: too deep, too long keys, `__proto__`, endless numbers, text that UTF-8 cannot carry (and the
 * canonical JSON of desiredHash has no form for). `what` names the document.
 */
export function checkDocument(what: string, document: JsonValue, limits: Limits): void {
  checkValue(what, document, 1, limits);
}

function checkValue(what: string, value: JsonValue, level: number, limits: Limits): void {
  if (typeof value === "string") checkText(what, value);
  // JSON.parse reads 1e400 as Infinity, which is null when it is written.
  if (value === Infinity || value === -Infinity) throw new DomainError("NUMBER_TOO_LARGE", { what });
  if (typeof value !== "object" || value === null) return;
  if (level > limits.depth) throw new DomainError("TOO_DEEP", { what, limit: limits.depth });
  if (isJsonObject(value)) {
    for (const key in value) {
      checkKey(what, key, limits);
      checkValue(what, value[key] as JsonValue, level + 1, limits);
    }
  } else for (const element of value) checkValue(what, element, level + 1, limits);
}

function checkKey(what: string, key: string, limits: Limits): void {
  checkText(what, key);
  if (key === "__proto__") throw new DomainError("KEY_NOT_ALLOWED", { key, what });
  // A UTF-16 unit is at most three bytes of UTF-8, so most keys need no count.
  if (key.length * 3 > limits.keyBytes && Buffer.byteLength(key) > limits.keyBytes) {
    throw new DomainError("KEY_TOO_LONG", { what, limit: limits.keyBytes });
  }
}

function checkText(what: string, text: string): void {
  if (text.isWellFormed()) return;
  throw new DomainError("INVALID_ARGUMENT", { problem: `the ${what} has text with half a surrogate pair` });
}

/** An upper bound of the bytes that `value` takes as JSON text, much cheaper than writing the text. */
export function bytesBound(value: JsonValue): number {
  if (typeof value === "string") return value.length * 6 + 2;
  if (typeof value !== "object" || value === null) return 25;
  let sum = 2;
  if (isJsonObject(value)) {
    for (const key in value) sum += key.length * 6 + 4 + bytesBound(value[key] as JsonValue);
  } else for (const element of value) sum += bytesBound(element) + 1;
  return sum;
}

export function exactBytes(value: JsonValue): number {
  return Buffer.byteLength(JSON.stringify(value));
}
