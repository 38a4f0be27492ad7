import type { Goal } from "../goals.ts";
import { cpuPer100k, type Round, ratios, resultsOf } from "../rounds.ts";
import { median, percentile } from "../stats.ts";
import { stormGoals } from "../storm/report.ts";
import type { ClusterResults, RowInfo } from "./results.ts";

type Share = { rate: number; cpu: number };

/** Of S0. */
const SHARES: Partial<Record<RowInfo["kind"], Share>> = {
  front: { rate: 1.2, cpu: 0.85 },
  bridge: { rate: 0.7, cpu: 1.55 },
};
const TIMES_REDIS = 4;
const TIMES_CALLS = 20;
const BUSY_RATE = 5_000;

/** DESIGN.md 11, as far as it was measured; those of throughput for each size, by front and by bridge. */
export function clusterGoals(results: ClusterResults): Goal[] {
  const { throughput, latency, patch, failover, handOff, storm, verified, rows } = results;
  const busy = latency?.find(({ rate }) => rate === BUSY_RATE)?.result;
  return [
    ...rows.filter(({ isGoal }) => isGoal && throughput).flatMap((row) => throughputGoals(results, row)),
    ...(busy ? [atMost(`front, ${BUSY_RATE}/s, publish to PUBACK p50`, busy.p50Ms, 3)] : []),
    ...(busy ? [atMost(`front, ${BUSY_RATE}/s, publish to PUBACK p99`, busy.p99Ms, 15)] : []),
    ...(patch ? patchGoals(patch) : []),
    ...(failover ? failoverGoals(failover) : []),
    ...(handOff ? handOffGoals(handOff) : []),
    ...(storm ? stormGoals(storm) : []),
    ...verified.map(({ title, verification: { wrong, checked } }) => ({
      what: `${title}: twins whose final version or last value is wrong`,
      goal: "0",
      measured: `${wrong.length} of ${checked}`,
      met: wrong.length === 0,
    })),
  ];
}

function throughputGoals({ throughput, rows }: ClusterResults, { title, kind }: RowInfo): Goal[] {
  const rounds = throughput?.rounds ?? [];
  const share = SHARES[kind];
  const base = (wanted: RowInfo["kind"]) => rows.find((row) => row.kind === wanted)?.title ?? "";
  const rate = (name: string, goal: number, to: RowInfo["kind"]) =>
    atLeast(`${title}, messages/s against ${name}`, median(ratios(rounds, title, base(to))), goal);
  return [
    ...(share ? [rate("S0", share.rate, "floor")] : []),
    ...(share
      ? [atMost(`${title}, CPU against S0`, median(cpuRatios(rounds, title, base("floor"))), share.cpu, "x")]
      : []),
    rate("S1", TIMES_REDIS, "redis"),
    rate("S2", TIMES_CALLS, "calls"),
  ];
}

/** Of the servers' CPU per message, inside each round. */
export function cpuRatios(rounds: readonly Round[], title: string, base: string): number[] {
  return rounds.flatMap((round) => {
    const [mine] = resultsOf([round], title);
    const [theirs] = resultsOf([round], base);
    return mine && theirs ? [cpuPer100k(mine).server / cpuPer100k(theirs).server] : [];
  });
}

function patchGoals({ alone, atHalfLoad }: NonNullable<ClusterResults["patch"]>): Goal[] {
  return [
    atMost("PATCH desired to delta at the gateway, one in flight, p50", alone.p50Ms, 2),
    atMost("PATCH desired to delta at the gateway, one in flight, p99", alone.p99Ms, 10),
    atMost("PATCH desired to delta at the gateway, at half load, p99", atHalfLoad.p99Ms, 50),
  ];
}

function failoverGoals({ gaps, unseen }: NonNullable<ClusterResults["failover"]>): Goal[] {
  return [
    atMost("kill -9 of an owner to the first new commit of a partition, p50", percentile(gaps, 50), 1_000),
    atMost("kill -9 of an owner to the first new commit of a partition, p99", percentile(gaps, 99), 2_000),
    exactly("kill -9: partitions without a new commit", unseen, 0),
  ];
}

function handOffGoals({ gaps, unseen, calls }: NonNullable<ClusterResults["handOff"]>): Goal[] {
  return [
    atMost("SIGTERM: gap of a partition, max", percentile(gaps, 100), 200),
    exactly("SIGTERM: partitions without a new commit", unseen, 0),
    exactly("SIGTERM: failed REST calls, with a deadline of 10 s", calls.failed, 0),
  ];
}

function atLeast(what: string, value: number, goal: number): Goal {
  return { what, goal: `>= ${goal} x`, measured: `${value.toFixed(2)} x`, met: value >= goal };
}

function atMost(what: string, value: number, goal: number, unit = "ms"): Goal {
  return { what, goal: `<= ${goal} ${unit}`, measured: `${value.toFixed(2)} ${unit}`, met: value <= goal };
}

function exactly(what: string, value: number, goal: number): Goal {
  return { what, goal: String(goal), measured: String(value), met: value === goal };
}
