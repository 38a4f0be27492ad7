import type { Part } from "./options.ts";
import { handWritten } from "./variants/hand-written.ts";
import { product } from "./variants/product.ts";
import { rawFloor } from "./variants/raw-floor.ts";
import { traced } from "./variants/traced.ts";
import type { Variant } from "./variants/variant.ts";

export type Plan = {
  variants: Variant[];
  rounds: number;
  repeats: number;
  warmMs: number;
  measureMs: number;
  rates: number[];
  latencyMs: number;
  patchSamples: number;
  memoryTwins: number[];
  deadlineMs: number;
};

const IN_FLIGHT = 2_000;
/** Enough to keep a consumer busy that handles one message at a time, without a backlog of seconds. */
const IN_FLIGHT_ONE_BY_ONE = 256;

const SMALL = [
  rawFloor(1_000, 2, IN_FLIGHT),
  handWritten(1_000, 2, IN_FLIGHT_ONE_BY_ONE),
  product(1_000, 2, IN_FLIGHT),
  traced(1_000, 2, IN_FLIGHT),
];
const LARGE = [rawFloor(10_000, 1, IN_FLIGHT), product(10_000, 1, IN_FLIGHT)];

export const FULL: Plan = {
  variants: [...SMALL, ...LARGE],
  rounds: 5,
  repeats: 3,
  warmMs: 1_000,
  measureMs: 3_000,
  rates: [500, 5_000],
  latencyMs: 5_000,
  patchSamples: 600,
  memoryTwins: [100_000, 1_000_000],
  deadlineMs: 25 * 60_000,
};

export const QUICK: Plan = {
  ...FULL,
  variants: SMALL,
  rounds: 1,
  repeats: 0,
  warmMs: 500,
  measureMs: 1_500,
  latencyMs: 1_500,
  patchSamples: 100,
  memoryTwins: [20_000],
  deadlineMs: 5 * 60_000,
};

/**
 * Latency and PATCH are measured at the smaller number of gateways, on the floor and the product alone. The other
 * parts start what they need themselves.
 */
export function variantsFor({ variants }: Plan, parts: readonly Part[]): Variant[] {
  if (parts.includes("throughput")) return variants;
  const isNeeded = ({ kind }: Variant) =>
    (parts.includes("latency") && (kind === "raw" || kind === "product")) ||
    (parts.includes("patch") && kind === "product");
  return SMALL.filter(isNeeded);
}
