import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import type { LoadResult } from "../generator/commands.ts";
import type { Round } from "../rounds.ts";
import { judge } from "./throughput.ts";

function load(completed: number, foreign: number): LoadResult {
  return { seconds: 1, completed, cpuSeconds: { server: 1, generator: 0.5, foreign } };
}

function round(floor: number, foreignShare = 0): Round {
  const foreign = foreignShare * availableParallelism();
  return new Map([
    ["S0", load(floor, 0)],
    ["ours", load(100, 2 * foreign)],
  ]);
}

describe("judge", () => {
  it("keeps steady rounds", () => {
    expect(judge([round(100), round(110), round(90, 0.04)], "S0").rejections).toEqual([]);
  });

  it("rejects a round with another S0 or with others' work, and says why", () => {
    const rounds = [round(100), round(60), round(100, 0.06), round(105)];
    const { rounds: kept, rejections } = judge(rounds, "S0");
    expect(kept).toEqual([rounds[0], rounds[3]]);
    expect(rejections).toEqual([
      "round 2: its S0 is more than 25 % off the median S0",
      "round 3: 6 % of the machine was used by others",
    ]);
  });

  it("still shows what it measured when nothing was steady", () => {
    const rounds = [round(100, 0.5)];
    expect(judge(rounds, "S0")).toMatchObject({ rounds, steady: 0 });
  });
});
