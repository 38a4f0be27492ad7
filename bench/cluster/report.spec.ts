import { describe, expect, it } from "vitest";
import type { LoadResult } from "../generator/commands.ts";
import type { ClusterKind } from "../variants/variant.ts";
import { renderClusterReport } from "./report.ts";
import { type ClusterResults, clusterFaults } from "./results.ts";

const load = (completed: number, server: number): LoadResult => ({
  seconds: 1,
  completed,
  cpuSeconds: { server, generator: 0.5, foreign: 0.1 },
  deferredCpu: 0.5,
});

const row = (kind: ClusterKind, title: string, isGoal = false) => ({ kind, title, isGoal });

const RESULTS: ClusterResults = {
  date: new Date("2030-01-02T03:04:05Z"),
  environment: { Node: "v24.0.0" },
  measureMs: 3_000,
  rows: [row("floor", "S0"), row("redis", "S1"), row("calls", "S2"), row("front", "front, 1", true)],
  variants: [],
  throughput: {
    rounds: [
      new Map([
        ["S0", load(40_000, 1.2)],
        ["S1", load(8_000, 1.2)],
        ["S2", load(1_000, 1.2)],
        ["front, 1", load(30_000, 1.8)],
      ]),
    ],
    steady: 1,
    rejections: ["round 2: 6 % of the machine was used by others"],
  },
  failover: { kills: 1, rate: 2_000, gaps: [700, 900, 2_500], first: [700], last: [2_500], unseen: 1 },
  handOff: {
    stops: 1,
    rate: 5_000,
    gaps: [40, 90],
    unseen: 0,
    calls: { calls: 100, failed: 0, slowestMs: 80 },
  },
  verified: [{ title: "front", verification: { checked: 2, messages: 9, wrong: ["gw-1: no twin"] } }],
};

function rowOf(report: string, ...parts: string[]): string {
  return report.split("\n").find((line) => parts.every((part) => line.includes(part))) ?? "";
}

describe("the cluster's report", () => {
  const report = renderClusterReport(RESULTS);

  it("puts each goal next to its measured value", () => {
    expect(rowOf(report, "messages/s against S0")).toContain(">= 1.2 x | 0.75 x | MISS");
    expect(rowOf(report, "CPU against S0")).toContain("<= 0.85 x | 2.00 x | MISS");
    expect(rowOf(report, "against S1")).toContain(">= 4 x | 3.75 x | MISS");
    expect(rowOf(report, "against S2")).toContain(">= 20 x | 30.00 x | PASS");
    expect(rowOf(report, "kill -9", "p50")).toContain("<= 1000 ms | 900.00 ms | PASS");
    expect(rowOf(report, "kill -9", "p99")).toContain("<= 2000 ms | 2500.00 ms | MISS");
    expect(rowOf(report, "kill -9", "without")).toContain("0 | 1 | MISS");
    expect(rowOf(report, "SIGTERM", "max")).toContain("<= 200 ms | 90.00 ms | PASS");
    expect(rowOf(report, "wrong")).toContain("1 of 2 | MISS");
  });

  it("gives the ratios inside the round, and what was put off", () => {
    expect(rowOf(report, "| front, 1 |", "of a core")).toContain(
      "30000 [30000-30000] | 0.75 [0.75-0.75] | 3.75 [3.75-3.75] | 30.00 [30.00-30.00] | 6.00 [6.00-6.00] | " +
        "2.00 [2.00-2.00] | 0.50 [0.50-0.50]",
    );
  });

  it("says which rounds were thrown away", () => {
    expect(report).toContain("Rounds rejected: round 2: 6 % of the machine was used by others.");
  });

  it("leaves out the parts that were not run", () => {
    expect(report).not.toContain("Latency by front");
    expect(report).not.toContain("PATCH");
  });
});

describe("clusterFaults", () => {
  it("finds lost messages and too few steady rounds, however fast the run was", () => {
    expect(clusterFaults(RESULTS, 2)).toEqual([
      "only 1 of 2 cluster rounds met a steady machine",
      "front has 1 wrong twins: gw-1: no twin",
    ]);
  });
});
