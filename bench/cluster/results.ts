import type { Environment } from "../environment.ts";
import type { VerifiedVariant } from "../results.ts";
import type { Storm } from "../storm/storm.ts";
import type { Variant } from "../variants/variant.ts";
import type { Failover, HandOff } from "./faults.ts";
import type { ClusterLatency, ClusterPatch } from "./latency.ts";
import type { ClusterThroughput } from "./throughput.ts";

export type RowInfo = { title: string; kind: Variant["kind"]; isGoal: boolean };
export type VariantNote = Pick<Variant, "kind" | "title" | "ackPoint" | "syncPolicy" | "inFlight">;

/** All that one run of the cluster's part found; a part that was not asked for is absent. */
export type ClusterResults = {
  date: Date;
  environment: Environment;
  measureMs: number;
  rows: RowInfo[];
  variants: VariantNote[];
  throughput?: ClusterThroughput;
  latency?: ClusterLatency;
  patch?: ClusterPatch;
  failover?: Failover;
  handOff?: HandOff;
  storm?: Storm;
  verified: VerifiedVariant[];
};

/** What makes the figures worthless: lost messages, or too few rounds on a steady machine. */
export function clusterFaults({ verified, throughput }: ClusterResults, rounds: number): string[] {
  const steady = throughput?.steady ?? rounds;
  return [
    ...(steady < rounds ? [`only ${steady} of ${rounds} cluster rounds met a steady machine`] : []),
    ...verified.flatMap(({ title, verification: { wrong } }) =>
      wrong.length === 0 ? [] : [`${title} has ${wrong.length} wrong twins: ${wrong.slice(0, 3).join("; ")}`],
    ),
  ];
}
