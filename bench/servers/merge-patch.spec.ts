import { describe, expect, it } from "vitest";
import { mergePatch } from "./merge-patch.ts";

describe("mergePatch", () => {
  it("merges objects, removes nulls and replaces the rest", () => {
    const target = { a: { b: 1, c: 2 }, d: [1, 2], e: "x" };
    expect(mergePatch(target, { a: { b: null, f: 3 }, d: [9], e: { g: 1 } })).toEqual({
      a: { c: 2, f: 3 },
      d: [9],
      e: { g: 1 },
    });
    expect(target.a).toEqual({ b: 1, c: 2 });
  });
});
