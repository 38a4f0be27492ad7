import { isJsonObject, type JsonValue } from "../../actors/contracts/json.ts";
import type { Comparison, Filter, Literal } from "./ast.ts";

/** The value at a path, undefined for none. */
type Resolve = (path: readonly string[]) => JsonValue | undefined;

/** Pure: does what `resolve` tells about match the filter? What is missing equals nothing but `null`. */
export function matches(filter: Filter, resolve: Resolve): boolean {
  switch (filter.op) {
    case "and":
      return filter.of.every((each) => matches(each, resolve));
    case "or":
      return filter.of.some((each) => matches(each, resolve));
    case "not":
      return !matches(filter.of, resolve);
    default:
      return compare(filter, resolve(filter.path));
  }
}

/** Below `root`, by names of own members. */
export function valueAt(root: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let value = root;
  for (const name of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function compare({ op, value: literal }: Comparison, value: JsonValue | undefined): boolean {
  switch (op) {
    case "=":
      return equals(value, literal);
    case "!=":
      return !equals(value, literal);
    case ":":
      return has(value, literal);
    default:
      return isOrdered(op, orderOf(value, literal));
  }
}

function equals(value: JsonValue | undefined, literal: Literal): boolean {
  if (value === undefined || value === null) return isWord(literal, "null");
  if (typeof value === "boolean") return isWord(literal, String(value));
  return orderOf(value, literal) === 0;
}

function isWord({ text, quoted }: Literal, word: string): boolean {
  return !quoted && text === word;
}

/** `field:*` asks whether it is there; else a key of an object, an element of a list, a part of a text. */
function has(value: JsonValue | undefined, literal: Literal): boolean {
  if (value === undefined || value === null) return false;
  if (isWord(literal, "*")) return true;
  if (isJsonObject(value)) return Object.hasOwn(value, literal.text);
  if (Array.isArray(value)) return value.some((element) => equals(element, literal));
  if (typeof value === "string") return value.toLowerCase().includes(literal.text.toLowerCase());
  return equals(value, literal);
}

function isOrdered(op: "<" | "<=" | ">" | ">=", order: number | undefined): boolean {
  if (order === undefined) return false;
  if (order === 0) return op === "<=" || op === ">=";
  return order < 0 ? op[0] === "<" : op[0] === ">";
}

/** Below, at or above 0 as the value is to the literal; undefined: they cannot be compared. */
function orderOf(value: JsonValue | undefined, { text, quoted }: Literal): number | undefined {
  if (typeof value === "number") return quoted ? undefined : difference(value, numberOf(text));
  if (typeof value !== "string") return undefined;
  return difference(timeOf(value), timeOf(text)) ?? (value === text ? 0 : value < text ? -1 : 1);
}

function difference(a: number, b: number): number | undefined {
  return Number.isNaN(a) || Number.isNaN(b) ? undefined : a - b;
}

/** NaN for what is not a number in JSON. */
export function numberOf(text: string): number {
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

/** Two times in RFC 3339 are compared as times however they are written. */
function timeOf(text: string): number {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
}
