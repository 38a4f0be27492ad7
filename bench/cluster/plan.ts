export type ClusterPlan = {
  rounds: number;
  /** Rounds more, in place of those on an unsteady machine. */
  repeats: number;
  warmMs: number;
  measureMs: number;
  /** Processes with twins. */
  sizes: number[];
  rates: number[];
  latencyMs: number;
  patchSamples: number;
  kills: number;
  stops: number;
  stormGateways: number;
  stormMs: number;
  deadlineMs: number;
};

export const CLUSTER_FULL: ClusterPlan = {
  rounds: 5,
  repeats: 3,
  warmMs: 1_000,
  measureMs: 3_000,
  sizes: [1, 2, 4],
  rates: [500, 5_000],
  latencyMs: 5_000,
  patchSamples: 600,
  kills: 12,
  stops: 5,
  stormGateways: 100_000,
  stormMs: 10_000,
  deadlineMs: 50 * 60_000,
};

export const CLUSTER_QUICK: ClusterPlan = {
  ...CLUSTER_FULL,
  rounds: 2,
  repeats: 0,
  sizes: [1, 2],
  latencyMs: 3_000,
  patchSamples: 100,
  kills: 2,
  stops: 1,
  stormGateways: 10_000,
  stormMs: 2_000,
  deadlineMs: 12 * 60_000,
};
