import { describe, expect, it } from "vitest";
import type { LoadResult } from "./generator/commands.ts";
import { cpuPer100k, messagesPerSecond, type Round, ratios, resultsOf, splitRounds } from "./rounds.ts";

function load(completed: number): LoadResult {
  return { seconds: 2, completed, cpuSeconds: { server: 1, generator: 0.5, foreign: 0 } };
}

function round(floor: number, ours: number): Round {
  return new Map([
    ["floor", load(floor)],
    ["ours", load(ours)],
  ]);
}

describe("a load result", () => {
  it("gives the rate over the measured interval", () => {
    expect(messagesPerSecond(load(50_000))).toBe(25_000);
  });

  it("gives CPU seconds per 100,000 messages", () => {
    expect(cpuPer100k(load(50_000))).toEqual({ server: 2, generator: 1 });
  });
});

describe("splitRounds", () => {
  it("rejects the rounds whose floor is more than a quarter off the median floor", () => {
    const rounds = [round(100, 1), round(70, 2), round(126, 3), round(110, 4), round(95, 5)];
    const { kept, rejected } = splitRounds(rounds, "floor");
    expect(rejected).toEqual([rounds[1], rounds[2]]);
    expect(kept).toEqual([rounds[0], rounds[3], rounds[4]]);
  });
});

describe("ratios", () => {
  it("are taken inside each round", () => {
    expect(ratios([round(100, 50), round(200, 50)], "ours", "floor")).toEqual([0.5, 0.25]);
  });

  it("leave out what a round does not have", () => {
    expect(ratios([round(100, 50)], "ours", "absent")).toEqual([]);
    expect(resultsOf([round(100, 50)], "absent")).toEqual([]);
  });
});
