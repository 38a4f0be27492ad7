import { describe, expect, it } from "vitest";
import type { LoadResult } from "./generator/commands.ts";
import { renderReport } from "./report.ts";
import { BARE_READ, READ } from "./rest/rows.ts";
import { faultsOf, type Results, type VariantInfo } from "./results.ts";
import type { Kind } from "./variants/variant.ts";

const variant = (kind: Kind, title: string): VariantInfo => ({
  kind,
  title,
  gateways: 1_000,
  ackPoint: `ack of ${title}`,
  syncPolicy: `sync of ${title}`,
  inFlight: 100,
  window: 2,
});

const load = (completed: number): LoadResult => ({
  seconds: 1,
  completed,
  cpuSeconds: { server: 1, generator: 0.5, foreign: 0.1 },
});

const round = (floor: number, hand: number, ours: number) =>
  new Map([
    ["floor", load(floor)],
    ["hand", load(hand)],
    ["ours", load(ours)],
  ]);

const requests = (perSecond: number) => ({ ...load(perSecond), p50Ms: 4, p99Ms: 8, maxMs: 9 });

const restRound = (bare: number, ours: number) =>
  new Map([
    [BARE_READ.title, requests(bare)],
    [READ.title, requests(ours)],
  ]);

const RESULTS: Results = {
  date: new Date("2030-01-02T03:04:05Z"),
  environment: { Node: "v24.0.0" },
  measureMs: 3_000,
  variants: [variant("raw", "floor"), variant("handWritten", "hand"), variant("product", "ours")],
  throughput: { rounds: [round(60_000, 1_000, 36_000), round(50_000, 2_000, 10_000)], rejected: [] },
  latency: [
    { title: "ours", kind: "product", rate: 5_000, result: { ...load(1), p50Ms: 2, p99Ms: 16, maxMs: 20 } },
  ],
  patch: { samples: 500, p50Ms: 1.5, p99Ms: 9, maxMs: 12 },
  rest: { rounds: [restRound(20_000, 4_000), restRound(10_000, 6_000)], rejected: [], documentBytes: 862 },
  verified: [{ title: "ours", verification: { checked: 2, messages: 9, wrong: ["gw-1: no twin"] } }],
};

function rowOf(report: string, ...parts: string[]): string {
  return report.split("\n").find((line) => parts.every((part) => line.includes(part))) ?? "";
}

describe("the report", () => {
  const report = renderReport(RESULTS);

  it("names the time of the run and its machine", () => {
    expect(report).toContain("2030-01-02T03:04:05.000Z");
    expect(report).toContain("| Node | v24.0.0 |");
  });

  it("gives medians, spreads and ratios inside each round", () => {
    expect(rowOf(report, "| ours", "of a core")).toContain(
      "23000 [10000-36000] | 0.40 [0.20-0.60] | 20.50 [5.00-36.00]",
    );
  });

  it("gives the open API's figures next to those of a bare route", () => {
    expect(rowOf(report, `| ${READ.title} | 32`)).toContain(
      "5000 [4000-6000] | 0.40 [0.20-0.60] | 4.00 [4.00-4.00] | 8.00 [8.00-8.00]",
    );
  });

  it("states each variant's ack point and sync policy", () => {
    expect(rowOf(report, "ack of hand")).toContain("sync of hand");
  });

  it("puts each goal next to its measured value", () => {
    expect(rowOf(report, "ours against floor")).toContain(">= 0.50 x | 0.40 x | MISS");
    expect(rowOf(report, "ours against hand")).toContain(">= 10.00 x | 20.50 x | PASS");
    expect(rowOf(report, "PUBACK p99")).toContain("<= 15 ms | 16.00 ms | MISS");
    expect(rowOf(report, "PUBACK p50")).toContain("PASS");
    expect(rowOf(report, READ.title, BARE_READ.title)).toContain(">= 0.50 x | 0.40 x | MISS");
    expect(rowOf(report, "PATCH", "p99")).toContain("PASS");
    expect(rowOf(report, "final version")).toContain("1 of 2 | MISS");
  });

  it("leaves out the parts that were not run", () => {
    const { throughput: _t, latency: _l, patch: _p, rest: _r, ...others } = RESULTS;
    const partial = renderReport({ ...others, verified: [] });
    expect(partial).not.toContain("## Throughput");
    expect(partial).not.toContain("PASS");
    expect(partial).toContain("## Variants");
  });
});

describe("faultsOf", () => {
  it("finds lost messages, however fast the run was", () => {
    expect(faultsOf(RESULTS, 2)).toEqual(["ours has 1 wrong twins: gw-1: no twin"]);
  });

  it("finds too few steady rounds", () => {
    expect(faultsOf({ ...RESULTS, verified: [] }, 5)).toEqual(["only 2 of 5 rounds met a steady machine"]);
    const { throughput: _none, ...open } = RESULTS;
    expect(faultsOf({ ...open, verified: [] }, 3)).toEqual(["only 2 of 3 rounds met a steady machine"]);
  });

  it("asks for rounds only where there were to be some", () => {
    const { throughput: _none, rest: _nor, ...partial } = RESULTS;
    expect(faultsOf({ ...partial, verified: [] }, 5)).toEqual([]);
  });
});
