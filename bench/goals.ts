import { BARE_READ, READ } from "./rest/rows.ts";
import type { Results, VariantInfo } from "./results.ts";
import { ratios } from "./rounds.ts";
import { median } from "./stats.ts";

export type Goal = { what: string; goal: string; measured: string; met: boolean };

const FLOOR_SHARE = 0.5;
/** Of a bare route. */
const READ_SHARE = 0.5;
const TIMES_HAND_WRITTEN = 10;
const BUSY_RATE = 5_000;
const BUSY_P50_MS = 3;
const BUSY_P99_MS = 15;
const PATCH_P50_MS = 2;
const PATCH_P99_MS = 10;
const MANY_TWINS = 1_000_000;
const MANY_TWINS_GB = 0.8;
const PAUSE_MS = 150;
const START_S = 2;

/** Only goals whose part was run. */
export function goalsOf(results: Results): Goal[] {
  const products = results.variants.filter(({ kind }) => kind === "product");
  return [
    ...products.flatMap((variant) => throughputGoals(results, variant)),
    ...latencyGoals(results),
    ...patchGoals(results),
    ...restGoals(results),
    ...memoryGoals(results),
    ...losslessGoals(results),
  ];
}

function throughputGoals(results: Results, variant: VariantInfo): Goal[] {
  const floor = results.variants.find(
    ({ kind, gateways }) => kind === "raw" && gateways === variant.gateways,
  );
  const other = results.variants.find(({ kind }) => kind === "handWritten");
  return [
    ...atLeast(results, variant, floor, FLOOR_SHARE),
    ...atLeast(results, variant, other, TIMES_HAND_WRITTEN),
  ];
}

function atLeast(
  results: Results,
  variant: VariantInfo,
  base: VariantInfo | undefined,
  goal: number,
): Goal[] {
  if (base === undefined || results.throughput === undefined) return [];
  const ratio = median(ratios(results.throughput.rounds, variant.title, base.title));
  if (Number.isNaN(ratio)) return [];
  const what = `${variant.title} against ${base.title}, messages/s`;
  return [shareOf(what, ratio, goal)];
}

function shareOf(what: string, ratio: number, goal: number): Goal {
  return { what, goal: `>= ${goal.toFixed(2)} x`, measured: `${ratio.toFixed(2)} x`, met: ratio >= goal };
}

function latencyGoals({ latency = [] }: Results): Goal[] {
  return latency
    .filter(({ kind, rate }) => kind === "product" && rate === BUSY_RATE)
    .flatMap(({ title, result }) => [
      atMost(`${title}, ${BUSY_RATE}/s, publish to PUBACK p50`, result.p50Ms, BUSY_P50_MS),
      atMost(`${title}, ${BUSY_RATE}/s, publish to PUBACK p99`, result.p99Ms, BUSY_P99_MS),
    ]);
}

function patchGoals({ patch }: Results): Goal[] {
  if (patch === undefined) return [];
  return [
    atMost("PATCH desired to delta at the gateway, one in flight, p50", patch.p50Ms, PATCH_P50_MS),
    atMost("PATCH desired to delta at the gateway, one in flight, p99", patch.p99Ms, PATCH_P99_MS),
  ];
}

function restGoals({ rest }: Results): Goal[] {
  if (rest === undefined) return [];
  const ratio = median(ratios(rest.rounds, READ.title, BARE_READ.title));
  const what = `${READ.title} against ${BARE_READ.title}, per second`;
  return [shareOf(what, ratio, READ_SHARE)];
}

function losslessGoals({ verified }: Results): Goal[] {
  return verified.map(({ title, verification }) => ({
    what: `${title}, twins whose final version or last value is wrong`,
    goal: "0",
    measured: `${verification.wrong.length} of ${verification.checked}`,
    met: verification.wrong.length === 0,
  }));
}

function memoryGoals({ memory = [] }: Results): Goal[] {
  return memory
    .filter(({ twins }) => twins === MANY_TWINS)
    .flatMap(({ bytes, pauseMs, startMs }) => [
      atMost("1,000,000 idle twins, RSS", bytes / 1e9, MANY_TWINS_GB, "GB"),
      atMost("1,000,000 idle twins, pause of a full collection", pauseMs, PAUSE_MS),
      atMost("start with 1,000,000 stored twins", startMs / 1000, START_S, "s"),
    ]);
}

function atMost(what: string, value: number, goal: number, unit = "ms"): Goal {
  return { what, goal: `<= ${goal} ${unit}`, measured: `${value.toFixed(2)} ${unit}`, met: value <= goal };
}
