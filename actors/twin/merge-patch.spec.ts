import fc from "fast-check";
import { expect, test } from "vitest";
import {
  expectNothingPolluted,
  expectRefused,
  naiveMerge,
  parsed,
  patches,
  sections,
} from "../../test/helpers/twin-builders.ts";
import type { JsonObject, JsonValue } from "../contracts/json.ts";
import { DEFAULT_LIMITS } from "../contracts/limits.ts";
import { checkDocument } from "./document-limits.ts";
import { applyMergePatch, deltaOf, diffAsPatch, equalJson, minimizePatch } from "./merge-patch.ts";

const minimal = (target: JsonObject, patch: JsonObject) => minimizePatch(target, patch) ?? {};

function frozen<Value extends JsonValue>(value: Value): Value {
  if (typeof value === "object" && value !== null) {
    for (const below of Object.values(value)) frozen(below);
    Object.freeze(value);
  }
  return value;
}

test.each<[number, JsonObject, JsonObject, JsonObject]>([
  [1, { a: "b" }, { a: "c" }, { a: "c" }],
  [2, { a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [3, { a: "b" }, { a: null }, {}],
  [4, { a: "b", b: "c" }, { a: null }, { b: "c" }],
  [5, { a: ["b"] }, { a: "c" }, { a: "c" }],
  [6, { a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [7, { a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [8, { a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [13, { e: null }, { a: 1 }, { e: null, a: 1 }],
  [15, {}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])("RFC 7396 appendix, case %i: %j with %j gives %j", (_, target, patch, result) => {
  expect(applyMergePatch(frozen(target), frozen(patch))).toEqual(result);
});

test.each<[number, JsonValue, JsonValue, JsonValue | undefined]>([
  [9, ["a", "b"], ["c", "d"], ["c", "d"]],
  [10, { a: "b" }, ["c"], ["c"]],
  [11, { a: "foo" }, null, undefined],
  [12, { a: "foo" }, "bar", "bar"],
  [14, [1, 2], { a: "b", c: null }, { a: "b" }],
])(
  "RFC 7396 appendix, case %i cannot be a section (its root is no object) and holds one level below: %j with %j gives %j",
  (_, target, patch, result) => {
    const expected = result === undefined ? {} : { m: result };
    expect(applyMergePatch({ m: target }, { m: patch })).toEqual(expected);
  },
);

test.each<[string, JsonObject, JsonObject, JsonObject | undefined]>([
  ["what is absent or different is included", { a: 1, b: 2, c: 3 }, { a: 1, b: 9 }, { b: 2, c: 3 }],
  [
    "the path to the root is kept",
    { a: { b: { c: 1, d: 2 } } },
    { a: { b: { c: 1 } } },
    { a: { b: { d: 2 } } },
  ],
  ["arrays go whole", { a: [1, 2, 3] }, { a: [1, 2] }, { a: [1, 2, 3] }],
  ["the order in an array counts", { a: [1, 2] }, { a: [2, 1] }, { a: [1, 2] }],
  [
    "the order of keys in an array's objects does not",
    { a: [{ x: 1, y: 2 }] },
    { a: [{ y: 2, x: 1 }] },
    undefined,
  ],
  ["keys only in reported never are", { a: 1 }, { a: 1, b: 2, c: { d: 3 } }, undefined],
  ["a key removed from desired is no longer wished for", {}, { a: 1 }, undefined],
  ["an empty object is wished for where there is none", { a: {} }, { a: 1 }, { a: {} }],
  ["an empty object is there when any object is", { a: {} }, { a: { b: 1 } }, undefined],
  [
    "types differ",
    { a: "1", b: 0, c: [], d: {} },
    { a: 1, b: false, c: {}, d: [] },
    { a: "1", b: 0, c: [], d: {} },
  ],
  [
    "inherited names are not had",
    { toString: 1, constructor: { name: "x" } },
    {},
    { toString: 1, constructor: { name: "x" } },
  ],
])("delta: %s", (_, desired, reported, expected) => {
  expect(deltaOf(desired, reported)).toEqual(expected);
});

test.each<[string, JsonObject, JsonObject, JsonObject | undefined]>([
  ["equal values are dropped", { a: 1, b: [1, { c: 2 }] }, { a: 1, b: [1, { c: 2 }] }, undefined],
  [
    "removing what is not there is dropped",
    { a: { b: 1 } },
    { x: null, a: { y: null }, toString: null },
    undefined,
  ],
  ["the changing part stays", { a: { b: 1, c: 2 }, d: 3 }, { a: { b: 1, c: 4 }, d: 3 }, { a: { c: 4 } }],
  ["nulls below a new object are dropped", {}, { a: { b: null, c: { d: null } } }, { a: { c: {} } }],
  ["an object over a scalar", { a: 1 }, { a: {} }, { a: {} }],
  ["an empty object over an object", { a: { b: 1 } }, { a: {} }, undefined],
])("minimizePatch: %s", (_, target, patch, expected) => {
  expect(minimizePatch(target, patch)).toEqual(expected);
});

test.each<[JsonObject, JsonObject, JsonObject | undefined]>([
  [{ a: 1 }, { a: 1 }, undefined],
  [{ a: 1, b: { c: 1 } }, { b: {} }, { a: null, b: { c: null } }],
  [{ a: [1] }, { a: { b: 1 } }, { a: { b: 1 } }],
  [{ a: { b: 1 } }, { a: [] }, { a: [] }],
])("diffAsPatch: from %j to %j is %j", (before, next, expected) => {
  expect(diffAsPatch(before, next)).toEqual(expected);
});

test("law: merging is what the RFC's pseudocode does", () => {
  fc.assert(
    fc.property(sections, patches, (target, patch) => {
      expect(applyMergePatch(target, patch)).toEqual(naiveMerge(target, patch));
    }),
  );
});

test("law: the minimal patch has the effect of the whole one, and is empty only when nothing changes", () => {
  fc.assert(
    fc.property(sections, patches, (target, patch) => {
      const whole = applyMergePatch(target, patch);
      expect(applyMergePatch(target, minimal(target, patch))).toEqual(whole);
      expect(minimizePatch(target, patch) === undefined).toBe(equalJson(target, whole));
    }),
  );
});

test("law: merging twice is merging once", () => {
  fc.assert(
    fc.property(sections, patches, (target, patch) => {
      const once = applyMergePatch(target, patch);
      expect(applyMergePatch(once, patch)).toEqual(once);
      expect(minimizePatch(once, patch)).toBeUndefined();
    }),
  );
});

test("law: the difference leads from one state to the other", () => {
  fc.assert(
    fc.property(sections, sections, (before, next) => {
      expect(applyMergePatch(before, diffAsPatch(before, next) ?? {})).toEqual(next);
      expect(diffAsPatch(before, next) === undefined).toBe(equalJson(before, next));
    }),
  );
});

test("law: a gateway that applies its delta has none left", () => {
  fc.assert(
    fc.property(sections, sections, (desired, reported) => {
      const delta = deltaOf(desired, reported);
      expect(deltaOf(desired, applyMergePatch(reported, delta ?? {}))).toBeUndefined();
    }),
  );
});

test("inputs are never changed", () => {
  fc.assert(
    fc.property(sections, patches, (target, patch) => {
      frozen(target);
      frozen(patch);
      applyMergePatch(target, patch);
      minimizePatch(target, patch);
      diffAsPatch(target, applyMergePatch({}, patch));
      deltaOf(target, applyMergePatch({}, patch));
    }),
  );
});

test.each(["constructor", "toString", "hasOwnProperty", "valueOf", "prototype"])(
  "'%s' is a key like any other",
  (key) => {
    const patch = { [key]: { name: "x", prototype: { polluted: true } } };
    expect(applyMergePatch({}, patch)).toEqual(patch);
    expect(applyMergePatch(patch, { [key]: null })).toEqual({});
    expect(minimizePatch({}, patch)).toEqual(patch);
    expect(deltaOf(patch, {})).toEqual(patch);
    expect(diffAsPatch(patch, {})).toEqual({ [key]: null });
    checkDocument("patch", patch, DEFAULT_LIMITS);
    expectNothingPolluted();
  },
);

test.each(['{"__proto__":{"polluted":true}}', '{"a":{"__proto__":null}}', '{"a":[{"__proto__":1}]}'])(
  "%s is refused and pollutes nothing",
  (text) => {
    const refused = () => checkDocument("patch", parsed(text), DEFAULT_LIMITS);
    expectRefused(refused, "KEY_NOT_ALLOWED", { key: "__proto__", what: "patch" });
    applyMergePatch({}, parsed(text));
    diffAsPatch({}, parsed(text));
    expectNothingPolluted();
  },
);
