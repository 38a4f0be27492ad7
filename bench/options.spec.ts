import { describe, expect, it } from "vitest";
import { PARTS, parseOptions, writesResults } from "./options.ts";

describe("parseOptions", () => {
  it("does everything by default, and writes it down", () => {
    const options = parseOptions([]);
    expect(options).toEqual({ quick: false, parts: PARTS });
    expect(writesResults(options)).toBe(true);
  });

  it("does not write a quick or partial run down", () => {
    expect(writesResults(parseOptions(["--quick"]))).toBe(false);
    expect(writesResults(parseOptions(["--only", "patch"]))).toBe(false);
  });

  it("takes several parts", () => {
    expect(parseOptions(["--only", "patch", "--only", "latency"]).parts).toEqual(["patch", "latency"]);
  });

  it("refuses unknown parts and flags", () => {
    expect(() => parseOptions(["--only", "speed"])).toThrow("'speed'");
    expect(() => parseOptions(["--fast"])).toThrow();
  });
});
