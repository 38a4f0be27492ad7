import { Type } from "typebox";
import { expect, test } from "vitest";
import { refusal } from "../../test/helpers/twin-builders.ts";
import { checker } from "./validate.ts";

const closed = { additionalProperties: false } as const;
const Schema = Type.Object(
  {
    name: Type.String({ minLength: 1, pattern: "^[a-z]*$" }),
    size: Type.Optional(Type.Integer({ minimum: 0, maximum: 10 })),
    kind: Type.Optional(Type.Enum(["A", "B"])),
    parts: Type.Optional(Type.Array(Type.Object({ id: Type.String() }, closed), { maxItems: 2 })),
  },
  closed,
);
const check = checker(Schema);

test("what fits is handed on as it is: the same object, nothing added, converted or removed", () => {
  const value = { name: "x", size: 3, parts: [{ id: "1" }] };
  expect(check(value)).toBe(value);
  expect(value).toEqual({ name: "x", size: 3, parts: [{ id: "1" }] });
});

test.each<[string, unknown, string[]]>([
  ["an unknown key", { name: "x", sise: 3 }, ["sise is unknown"]],
  ["every unknown key, each once", { name: "x", p: 1, q: 2 }, ["p is unknown", "q is unknown"]],
  [
    "an unknown key further down",
    { name: "x", parts: [{ id: "1" }, { id: "2", no: 1 }] },
    ["parts.1.no is unknown"],
  ],
  ["a key that is missing", {}, ["name is required"]],
  ["a key that is missing further down", { name: "x", parts: [{}] }, ["parts.0.id is required"]],
  ["all that is wrong", { size: 3, x: 1 }, ["name is required", "x is unknown"]],
])("it names %s", (_, value, expected) => {
  const { type, violations } = refusal(() => check(value));
  expect(type).toBe("INVALID_ARGUMENT");
  expect(violations.map(({ field, description }) => `${field} ${description}`).sort()).toEqual(expected);
});

test.each<[unknown, string]>([
  [{ name: 5 }, "name"],
  [{ name: "" }, "name"],
  [{ name: "UPPER" }, "name"],
  [{ name: "x", size: "3" }, "size"],
  [{ name: "x", size: 3.5 }, "size"],
  [{ name: "x", size: 11 }, "size"],
  [{ name: "x", size: Number.NaN }, "size"],
  [{ name: "x", size: null }, "size"],
  [{ name: "x", kind: "C" }, "kind"],
  [{ name: "x", parts: {} }, "parts"],
  [{ name: "x", parts: [{ id: "1" }, { id: "2" }, { id: "3" }] }, "parts"],
  [{ name: "x", parts: [{ id: 1 }] }, "parts.0.id"],
])("%j: the field %s is named, with a reason", (value, field) => {
  const { violations } = refusal(() => check(value));
  expect(violations.map((violation) => violation.field)).toEqual([field]);
  expect(violations[0]?.description).not.toBe("");
});

test.each([undefined, null, 5, "x", [], [{ name: "x" }]])("no object at all: %j", (value) => {
  const error = refusal(() => check(value));
  expect(error.type).toBe("INVALID_ARGUMENT");
  expect(error.message).toMatch(/^The request is not valid: the value /);
});

test("the message names the first problem", () => {
  expect(refusal(() => check({ name: "x", sise: 3 })).message).toBe(
    "The request is not valid: sise is unknown.",
  );
});

test("inherited members do not count", () => {
  const named = checker(Type.Object({ constructor: Type.String() }, closed));
  expect(refusal(() => named({})).violations.map(({ field }) => field)).toContain("constructor");
  expect(named({ constructor: "x" })).toEqual({ constructor: "x" });
});

test("__proto__ from JSON is an unknown key", () => {
  const value: unknown = JSON.parse('{"name":"x","__proto__":{"size":1}}');
  expect(refusal(() => check(value)).violations).toEqual([{ field: "__proto__", description: "is unknown" }]);
});
