import { expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../contracts/json.ts";
import { acknowledgementOf, dated } from "./acknowledgement.ts";

test.each<JsonValue>([
  { value: 5, code: 200 },
  { value: [1], code: 400, version: 3 },
  { value: { any: "thing" }, code: 503, version: 0, text: "" },
  { text: "no", version: 1, code: 400, value: false },
])("an answer: %j", (reported) => {
  expect(acknowledgementOf(reported)).toEqual(reported);
});

test.each<[string, JsonValue | undefined]>([
  ["nothing", undefined],
  ["a plain value", 5],
  ["an array", [{ value: 5, code: 200 }]],
  ["no code", { value: 5 }],
  ["no value", { code: 200 }],
  ["a code that is no integer", { value: 5, code: 200.5 }],
  ["a code as text", { value: 5, code: "200" }],
  ["a version that is no integer", { value: 5, code: 200, version: "3" }],
  ["a text that is none", { value: 5, code: 200, text: 1 }],
  ["one member more", { value: 5, code: 200, unit: "V" }],
])("an ordinary value: %s", (_, reported) => {
  expect(acknowledgementOf(reported)).toBeUndefined();
});

const DESIRED = { a: 1, b: { c: 1 }, list: [1] };

test.each<[string, JsonObject, JsonObject]>([
  ["a refusal without a version", { a: { value: 0, code: 400 } }, { a: { value: 0, code: 400, version: 7 } }],
  [
    "below the root, other members untouched",
    { b: { c: { value: 0, code: 500, text: "no" }, d: 1 }, x: 1 },
    { b: { c: { value: 0, code: 500, text: "no", version: 7 }, d: 1 }, x: 1 },
  ],
])("%s speaks of the present version", (_, patch, expected) => {
  expect(dated(patch, DESIRED, 7)).toEqual(expected);
});

test.each<[string, JsonObject]>([
  ["one with a version", { a: { value: 0, code: 400, version: 2 } }],
  ["one that does not refuse", { a: { value: 0, code: 202 } }],
  ["where nothing is desired", { x: { value: 0, code: 400 } }],
  ["where an object is desired", { b: { value: 0, code: 400 } }],
  ["no answer", { a: 1, b: { c: 2 }, list: [{ value: 0, code: 400 }] }],
])("what stays the very patch it was: %s", (_, patch) => {
  expect(dated(patch, DESIRED, 7)).toBe(patch);
});
