import type { ChaosRun } from "../run.ts";
import type { ChaosServers } from "../servers.ts";

/** What a fault is done to. */
export type Target = {
  readonly run: ChaosRun;
  readonly servers: ChaosServers;
  /** In [0, 1). */
  readonly random: () => number;
};

/** Makes the fault happen, measures, and heals it. Returns the gap of each affected gateway in milliseconds. */
export type Fault = (target: Target) => Promise<number[]>;
