import { describe, expect, it } from "vitest";
import { CLUSTER_PARTS, PARTS, parseOptions, writesClusterResults, writesResults } from "./options.ts";

describe("parseOptions", () => {
  it("does everything by default, and writes it down", () => {
    const options = parseOptions([]);
    expect(options).toEqual({ quick: false, parts: PARTS, clusterParts: CLUSTER_PARTS });
    expect([writesResults(options), writesClusterResults(options)]).toEqual([true, true]);
  });

  it("does not write a quick or partial run down", () => {
    for (const args of [["--quick"], ["--only", "patch", "--only", "cluster-patch"]]) {
      const options = parseOptions(args);
      expect([writesResults(options), writesClusterResults(options)]).toEqual([false, false]);
    }
  });

  it("takes several parts, or all of one kind", () => {
    expect(parseOptions(["--only", "patch", "--only", "latency"]).parts).toEqual(["latency", "patch"]);
    const options = parseOptions(["--only", "cluster"]);
    expect(options).toMatchObject({ parts: [], clusterParts: CLUSTER_PARTS });
    expect([writesResults(options), writesClusterResults(options)]).toEqual([false, true]);
  });

  it("refuses unknown parts and flags", () => {
    expect(() => parseOptions(["--only", "speed"])).toThrow("'speed'");
    expect(() => parseOptions(["--fast"])).toThrow();
  });
});
