import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DomainError } from "../../actors/contracts/errors.ts";
import { COMPARATORS, type Filter } from "./ast.ts";
import { matches, valueAt } from "./matches.ts";
import { parseFilter, requireFields } from "./parse.ts";
import { printFilter } from "./print.ts";

const DOCUMENT = {
  displayName: "North Tower",
  labels: { site: "a", "a.b": "dotted", number: "5" },
  reported: { temp: 21.5, on: true, off: false, none: null, tags: ["red", 2], text: 'say "hi"' },
  version: 7,
  createTime: "2026-01-02T03:04:05.000Z",
};

function isMatch(text: string): boolean {
  return matches(parseFilter(text), (path) => valueAt(DOCUMENT, path));
}

function problemOf(text: string): DomainError {
  try {
    parseFilter(text);
  } catch (error) {
    if (error instanceof DomainError) return error;
  }
  throw new Error(`'${text}' was taken`);
}

describe("a filter matches", () => {
  test.each([
    "",
    "  ",
    "labels.site = a",
    'labels.site="a"',
    "labels.site = 'a'",
    'labels."a.b" = dotted',
    '"labels"."site" = a',
    "labels.site != b",
    "labels.none != b",
    "NOT labels.none = b",
    "-labels.site = b",
    "NOT (labels.site = b OR version > 9)",
    "labels.number = 5",
    'labels.number = "5"',
    "version = 7",
    "version = 7.0",
    "version >= 7 AND version <= 7",
    "version > -1",
    "version < 1e3",
    "reported.temp > 21 reported.temp < 22",
    "reported.on = true",
    "reported.off = false",
    "reported.none = null",
    "reported.absent = null",
    "reported.on:*",
    "reported.tags:red",
    "reported.tags:2",
    "reported:temp",
    "reported.temp:21.5",
    "displayName:tower",
    'reported.text = "say \\"hi\\""',
    'createTime > "2026-01-02T00:00:00Z"',
    "createTime = 2026-01-02T04:04:05+01:00",
    "createTime < 2026-01-02T03:04:06Z",
    // OR binds tighter than AND.
    "version = 7 OR version = 8 AND labels.site = a",
    "version = 8 OR version = 7 labels.site = a",
    "(version = 8 AND labels.site = a) OR version = 7",
    "version=7 NOT version=8",
  ])("%s", (text) => expect(isMatch(text)).toBe(true));
});

describe("a filter does not match", () => {
  test.each([
    "labels.site = b",
    "labels.site = A",
    "labels.none = a",
    "labels.none:*",
    "reported.none:*",
    'version = "7"',
    "version = seven",
    "version > 7",
    "version < 7",
    "reported.on > 0",
    "reported = temp",
    "reported.on = 1",
    'reported.none = "null"',
    "reported:cold",
    "reported.tags:blue",
    "displayName:south",
    "labels.__proto__:*",
    "version.x = 7",
    "version = 8 OR version = 7 AND labels.site = b",
    "-version = 7",
  ])("%s", (text) => expect(isMatch(text)).toBe(false));
});

describe("a filter is refused", () => {
  test.each([
    ["labels.site", 12],
    ["labels.site =", 14],
    ["= a", 1],
    ["labels.site = a AND", 20],
    ["labels.site = a OR", 19],
    ["(labels.site = a", 17],
    ["labels.site = a)", 16],
    ["labels..site = a", 7],
    ['labels.site = "a', 15],
    ["labels.site == a", 14],
    ["AND version = 1", 1],
    ["version = AND", 11],
    ["version = 1 version", 20],
    ["a = b, c = d", 6],
    ["func(a)", 5],
  ])("%s at %i", (text, position) => {
    const error = problemOf(text);
    expect(error.type).toBe("INVALID_FILTER");
    expect(error.data.position).toBe(position);
    expect(error.violations[0]?.field).toBe("filter");
  });

  test("when it is too long or nested too deeply", () => {
    expect(problemOf(`a = ${"b".repeat(5000)}`).type).toBe("INVALID_FILTER");
    expect(problemOf("(".repeat(4000)).message).toContain("nested deeper");
    expect(() => parseFilter(`a = "${"(".repeat(100)}"`)).not.toThrow();
  });

  test("when it asks for unknown fields", () => {
    const isKnown = ([first]: readonly string[]) => first === "version";
    expect(() => requireFields(parseFilter("version = 1 OR NOT version = 2"), isKnown)).not.toThrow();
    expect(() => requireFields(parseFilter("version = 1 OR NOT size = 2"), isKnown)).toThrow("'size'");
  });
});

const name = fc.string({ minLength: 0, maxLength: 8, unit: "grapheme" });
const word = fc.stringMatching(/^[a-z0-9_][a-zA-Z0-9_.:-]{0,8}$/);
const comparison = fc.record({
  op: fc.constantFrom(...COMPARATORS),
  path: fc.tuple(name, name),
  value: fc.oneof(
    fc.record({ text: name, quoted: fc.constant(true) }),
    fc.record({ text: word, quoted: fc.constant(false) }),
  ),
});
const filter: fc.Arbitrary<Filter> = fc.letrec<{ any: Filter }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    comparison,
    fc.record({ op: fc.constant("not" as const), of: tie("any") }),
    fc.record({ op: fc.constant("and" as const), of: fc.array(tie("any"), { minLength: 2, maxLength: 3 }) }),
    fc.record({ op: fc.constant("or" as const), of: fc.array(tie("any"), { minLength: 2, maxLength: 3 }) }),
  ),
})).any;

test("what is printed parses to the same", () => {
  fc.assert(
    fc.property(filter, (given) => {
      fc.pre(printFilter(given).length <= 4096);
      expect(parseFilter(printFilter(given))).toEqual(given);
    }),
  );
});
