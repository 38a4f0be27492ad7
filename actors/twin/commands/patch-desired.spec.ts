import { expect, test } from "vitest";
import {
  after,
  expectNothingPolluted,
  expectRefused,
  jsonPatch,
  nested,
  parsed,
  refusal,
  replace,
  sectionOf,
  step,
} from "../../../test/helpers/twin-builders.ts";
import type { JsonObject, JsonValue } from "../../contracts/json.ts";

const START: JsonObject = { a: [1, 2, 3], o: { x: 1, y: { z: 2 } }, s: "text", "m~n/o": 7 };
const start = after(replace(START));

const patched = (operations: readonly JsonValue[]) => step(start, jsonPatch(operations)).state.desired.state;
const refused = (operations: readonly JsonValue[]) => () => step(start, jsonPatch(operations));

test.each<[string, JsonObject[], JsonObject]>([
  ["add a member", [{ op: "add", path: "/n", value: { q: [1] } }], { ...START, n: { q: [1] } }],
  ["add over a member", [{ op: "add", path: "/s", value: 1 }], { ...START, s: 1 }],
  ["add into an array", [{ op: "add", path: "/a/1", value: 9 }], { ...START, a: [1, 9, 2, 3] }],
  ["add at the end by index", [{ op: "add", path: "/a/3", value: 9 }], { ...START, a: [1, 2, 3, 9] }],
  ["add at the end by -", [{ op: "add", path: "/a/-", value: 9 }], { ...START, a: [1, 2, 3, 9] }],
  ["remove a member", [{ op: "remove", path: "/o/y" }], { ...START, o: { x: 1 } }],
  ["remove an element", [{ op: "remove", path: "/a/0" }], { ...START, a: [2, 3] }],
  [
    "replace a member",
    [{ op: "replace", path: "/o/y/z", value: [] }],
    { ...START, o: { x: 1, y: { z: [] } } },
  ],
  ["replace an element", [{ op: "replace", path: "/a/2", value: "c" }], { ...START, a: [1, 2, "c"] }],
  ["move a member", [{ op: "move", from: "/o/y", path: "/y" }], { ...START, o: { x: 1 }, y: { z: 2 } }],
  ["move within an array", [{ op: "move", from: "/a/0", path: "/a/2" }], { ...START, a: [2, 3, 1] }],
  ["move to itself", [{ op: "move", from: "/o", path: "/o" }], START],
  ["copy", [{ op: "copy", from: "/o/y", path: "/a/0" }], { ...START, a: [{ z: 2 }, 1, 2, 3] }],
  [
    "a copy is one of its own",
    [
      { op: "copy", from: "/o/y", path: "/c" },
      { op: "add", path: "/c/z", value: 5 },
    ],
    { ...START, c: { z: 5 } },
  ],
  [
    "test a number",
    [
      { op: "test", path: "/a/1", value: 2 },
      { op: "remove", path: "/s" },
    ],
    { a: [1, 2, 3], o: { x: 1, y: { z: 2 } }, "m~n/o": 7 },
  ],
  ["test a document in any order of keys", [{ op: "test", path: "/o", value: { y: { z: 2 }, x: 1 } }], START],
  ["~0 and ~1 in a pointer", [{ op: "replace", path: "/m~0n~1o", value: 8 }], { ...START, "m~n/o": 8 }],
  ["~01 is ~1 and not a slash", [{ op: "add", path: "/~01", value: 1 }], { ...START, "~1": 1 }],
  ["the empty key", [{ op: "add", path: "/", value: 1 }], { ...START, "": 1 }],
  ["replace the root", [{ op: "replace", path: "", value: { only: 1 } }], { only: 1 }],
  ["add the root", [{ op: "add", path: "", value: {} }], {}],
  ["test the root", [{ op: "test", path: "", value: START }], START],
  ["move to the root", [{ op: "move", from: "/o", path: "" }], { x: 1, y: { z: 2 } }],
  [
    "null is absence in a section",
    [{ op: "add", path: "/s", value: null }],
    { a: [1, 2, 3], o: { x: 1, y: { z: 2 } }, "m~n/o": 7 },
  ],
  [
    "each sees the one before",
    [
      { op: "add", path: "/n", value: {} },
      { op: "add", path: "/n/m", value: 1 },
    ],
    { ...START, n: { m: 1 } },
  ],
  [
    "unknown members of an operation are ignored",
    [{ op: "add", path: "/n", value: 1, note: "x" }],
    { ...START, n: 1 },
  ],
])("%s", (_, operations, expected) => {
  expect(patched(operations)).toEqual(expected);
});

test.each<[string, JsonValue, string]>([
  ["an unknown operation", { op: "increment", path: "/a" }, "'op' must be one of"],
  ["no operation", { path: "/a" }, "'op' must be one of"],
  ["no object", "remove /a", "must be an object"],
  ["an array", [], "must be an object"],
  ["no value", { op: "add", path: "/n" }, "needs a 'value'"],
  ["no path", { op: "remove" }, "'path' must be a JSON pointer"],
  ["no from", { op: "move", path: "/n" }, "'from' must be a JSON pointer"],
  ["a pointer without a slash", { op: "remove", path: "a" }, "'path' must be a JSON pointer"],
  ["a wrong escape", { op: "add", path: "/~2", value: 1 }, "'path' must be a JSON pointer"],
  [
    "a test that does not hold",
    { op: "test", path: "/s", value: "other" },
    "the value at '/s' is another one",
  ],
  ["a test of another type", { op: "test", path: "/a/0", value: "1" }, "another one"],
  ["a test of nothing", { op: "test", path: "/n", value: 1 }, "there is nothing at '/n'"],
  ["removing nothing", { op: "remove", path: "/o/n" }, "there is nothing at '/o/n'"],
  ["replacing nothing", { op: "replace", path: "/n", value: 1 }, "there is nothing at '/n'"],
  ["adding below nothing", { op: "add", path: "/n/m", value: 1 }, "there is nothing at '/n/m'"],
  ["adding below a string", { op: "add", path: "/s/0", value: 1 }, "there is nothing at '/s/0'"],
  ["copying nothing", { op: "copy", from: "/n", path: "/m" }, "there is nothing at '/n'"],
  ["adding behind the end", { op: "add", path: "/a/4", value: 1 }, "there is nothing at '/a/4'"],
  ["replacing at -", { op: "replace", path: "/a/-", value: 1 }, "there is nothing at '/a/-'"],
  ["an index with a zero before it", { op: "remove", path: "/a/01" }, "there is nothing at '/a/01'"],
  ["an index with an exponent", { op: "remove", path: "/a/1e0" }, "there is nothing at '/a/1e0'"],
  [
    "the length of an array",
    { op: "replace", path: "/a/length", value: 1e9 },
    "there is nothing at '/a/length'",
  ],
  ["removing the length of an array", { op: "remove", path: "/a/length" }, "there is nothing at '/a/length'"],
  ["moving into itself", { op: "move", from: "/o", path: "/o/y/n" }, "cannot be moved into itself"],
  ["moving the root into itself", { op: "move", from: "", path: "/n" }, "cannot be moved into itself"],
  ["removing the root", { op: "remove", path: "" }, "the document itself cannot be removed"],
])("refused: %s; all operations or none, and the error names the index", (_, bad, problem) => {
  const before = JSON.stringify(start);
  const operations = [{ op: "add", path: "/first", value: 1 }, { op: "remove", path: "/a/0" }, bad];
  const error = refusal(refused(operations));
  expect(error.type).toBe("INVALID_PATCH");
  expect(error.data.problem).toContain(problem);
  expect(error.data.problem).toMatch(/^operation 2: (?!.*operation \d)/);
  expect(JSON.stringify(start)).toBe(before);
});

test.each<[JsonValue]>([[[1]], ["text"], [null], [3]])(
  "a result that is no object is refused: %j",
  (value) => {
    expectRefused(refused([{ op: "replace", path: "", value }]), "NOT_AN_OBJECT");
  },
);

test.each(["toString", "constructor", "hasOwnProperty", "valueOf"])(
  "the inherited '%s' is not there",
  (name) => {
    for (const operation of [
      { op: "copy", from: `/${name}`, path: "/f" },
      { op: "remove", path: `/${name}` },
      { op: "replace", path: `/${name}`, value: 1 },
      { op: "add", path: `/${name}/polluted`, value: 1 },
      { op: "replace", path: `/${name}/call`, value: 1 },
      { op: "add", path: `/${name}/prototype/polluted`, value: 1 },
    ]) {
      expectRefused(refused([operation]), "INVALID_PATCH");
    }
    expectNothingPolluted();
  },
);

test("'constructor' and its kin are keys like any other", () => {
  const operations = [
    { op: "add", path: "/constructor", value: { prototype: { a: 1 } } },
    { op: "add", path: "/constructor/prototype/polluted", value: true },
    { op: "copy", from: "/constructor", path: "/toString" },
    { op: "remove", path: "/toString/prototype/a" },
  ];
  expect(patched(operations)).toEqual({
    ...START,
    constructor: { prototype: { a: 1, polluted: true } },
    toString: { prototype: { polluted: true } },
  });
  expectNothingPolluted();
});

test.each<[string, JsonObject]>([
  ["a path to it", { op: "add", path: "/__proto__", value: { polluted: true } }],
  ["a move to it", { op: "move", from: "/o", path: "/__proto__" }],
  ["a value that holds it", parsed('{"op":"add","path":"/n","value":{"__proto__":{"polluted":true}}}')],
])("__proto__ is refused: %s", (_, operation) => {
  expectRefused(refused([operation]), "KEY_NOT_ALLOWED");
  expectNothingPolluted();
});

test.each(["/__proto__/polluted", "/o/__proto__/polluted", "/a/__proto__/polluted"])(
  "nothing is found at %s",
  (path) => {
    expectRefused(refused([{ op: "add", path, value: true }]), "INVALID_PATCH");
    expectNothingPolluted();
  },
);

test("the limits of a section hold for the result", () => {
  expect(patched([{ op: "replace", path: "", value: nested(16) }])).toEqual(nested(16));
  expectRefused(refused([{ op: "replace", path: "", value: nested(17) }]), "TOO_DEEP");
  expectRefused(refused([{ op: "add", path: "/o/y/n", value: nested(14) }]), "TOO_DEEP");
  expect(patched([{ op: "replace", path: "", value: sectionOf(65_536) }])).toEqual(sectionOf(65_536));
  expectRefused(refused([{ op: "replace", path: "", value: sectionOf(65_537) }]), "SECTION_TOO_LARGE", {
    size: 65_537,
  });
});

test("copies of copies do not make a giant", () => {
  const wide = (level: number) =>
    Array.from({ length: 60 }, () => ({ op: "copy", from: `/l${level}`, path: `/l${level + 1}/-` }));
  const arrays = Array.from({ length: 8 }, (_, level) => ({ op: "add", path: `/l${level}`, value: [level] }));
  const operations = [...arrays, ...Array.from({ length: 7 }, (_, level) => wide(level)).flat()];
  expect(refusal(refused(operations)).data.problem).toContain("copies too much");
  const inward = Array.from({ length: 900 }, () => ({ op: "copy", from: "/o", path: "/o/n" }));
  expectRefused(refused(inward), "TOO_DEEP");
});

test("long arrays are compared at once", () => {
  const long = Array.from({ length: 9000 }, (_, index) => index);
  const other = long.map((value) => value + 1);
  const operations = (value: number[]) => [
    { op: "add", path: "/b", value: long },
    { op: "test", path: "/b", value },
  ];
  expect(patched(operations(long)).b).toEqual(long);
  expect(refusal(refused(operations(other))).data.problem).toBe(
    "operation 1: the value at '/b' is another one",
  );
});
