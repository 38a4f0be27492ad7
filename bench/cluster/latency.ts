import type { LatencyResult } from "../generator/commands.ts";
import { PatchProbe, type PatchResult } from "../parts/patch-probe.ts";
import type { ClusterPlan } from "./plan.ts";
import type { Stage } from "./stage.ts";

export type ClusterLatency = { rate: number; result: LatencyResult }[];
/** `halfRate` in messages/s. */
export type ClusterPatch = { alone: PatchResult; halfRate: number; atHalfLoad: PatchResult };

const WARM_SAMPLES = 50;
const WARM_MS = 1_000;

/** Publish to the front's PUBACK, with one process of twins. */
export async function measureClusterLatency(
  { lanes, cluster }: Stage,
  plan: ClusterPlan,
): Promise<ClusterLatency> {
  await cluster.resize({ twins: 1, journal: true });
  await lanes.front.settled();
  const rows: ClusterLatency = [];
  for (const rate of plan.rates) {
    const result = await lanes.front.fixedRate(rate, WARM_MS, plan.latencyMs);
    console.log(`  ${rate}/s: p50 ${result.p50Ms} ms, p99 ${result.p99Ms} ms, max ${result.maxMs} ms`);
    rows.push({ rate, result });
  }
  return rows;
}

/** Desired state to a gateway of the front, alone and while the front takes half of what it can. */
export async function measureClusterPatch(
  { lanes, cluster }: Stage,
  plan: ClusterPlan,
  halfRate: number,
): Promise<ClusterPatch> {
  await cluster.resize({ twins: 1, journal: true });
  await lanes.front.settled();
  const probe = await PatchProbe.open({ rest: cluster.rest, mqttPort: cluster.mqttPort });
  await probe.run(WARM_SAMPLES);
  const alone = await probe.run(plan.patchSamples);
  const atHalfLoad = await probe.during(lanes.front.storm(halfRate, 2 * plan.latencyMs));
  await probe.close();
  console.log(
    `  alone p50 ${alone.p50Ms} ms, p99 ${alone.p99Ms} ms; at half load p99 ${atHalfLoad.p99Ms} ms`,
  );
  await lanes.front.settled();
  return { alone, halfRate, atHalfLoad };
}
