import { expect, test } from "vitest";
import { difference, hashOf, type JsonObject, merge, sameJson } from "./json.ts";

test.each<[JsonObject, JsonObject, JsonObject]>([
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b", b: 1 }, { a: null }, { b: 1 }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [1] }, { a: { b: 1 } }, { a: { b: 1 } }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  [{}, { toString: { x: 1 } }, { toString: { x: 1 } }],
])("RFC 7396: %j with %j gives %j", (target, patch, result) => {
  expect(merge(target, patch)).toEqual(result);
});

test.each<[JsonObject, JsonObject, JsonObject]>([
  [{ a: 1 }, { a: 1, b: 2 }, {}],
  [{ a: { x: 1, y: 2 } }, { a: { x: 1, y: 3, z: 4 } }, { a: { y: 2 } }],
  [{ a: [1, 2] }, { a: [2, 1] }, { a: [1, 2] }],
  [{ a: {} }, { a: 1 }, { a: {} }],
  [{ a: {} }, { a: { b: 1 } }, {}],
  [{ toString: 1 }, {}, { toString: 1 }],
])("wanted %j, held %j: %j is missing", (want, have, missing) => {
  expect(difference(want, have)).toEqual(missing);
});

test("equality knows neither the order of keys nor the sign of zero", () => {
  expect(sameJson({ a: 1, b: -0 }, { b: 0, a: 1 })).toBe(true);
  expect(sameJson({ a: 1 }, { a: "1" })).toBe(false);
});

test("the hash is the first 8 bytes of SHA-256 over the canonical text", () => {
  expect(hashOf({})).toBe("44136fa355b3678a");
  expect(hashOf({ b: 1, a: 2 })).toBe(hashOf({ a: 2, b: 1 }));
});
