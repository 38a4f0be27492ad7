import type { LatencyResult } from "../generator/commands.ts";
import type { Lane } from "../lane.ts";
import type { Plan } from "../plan.ts";
import type { Kind } from "../variants/variant.ts";

export type LatencyRow = { title: string; kind: Kind; rate: number; result: LatencyResult };

/** Publish to PUBACK at fixed rates, where the PUBACK is the variant's own point of truth. */
export async function measureLatency(lanes: readonly Lane[], plan: Plan): Promise<LatencyRow[]> {
  const gateways = Math.min(...lanes.map(({ variant }) => variant.gateways));
  const measured = lanes.filter(
    ({ variant }) => variant.creditsFrom === "puback" && variant.gateways === gateways,
  );
  const rows: LatencyRow[] = [];
  for (const rate of plan.rates) {
    for (const lane of measured) rows.push(await measureOne(lane, rate, plan));
  }
  return rows;
}

async function measureOne(lane: Lane, rate: number, plan: Plan): Promise<LatencyRow> {
  const { title, kind } = lane.variant;
  const result = await lane.fixedRate(rate, plan.warmMs, plan.latencyMs);
  console.log(
    `  ${title} at ${rate}/s: p50 ${result.p50Ms} ms, p99 ${result.p99Ms} ms, max ${result.maxMs} ms`,
  );
  return { title, kind, rate, result };
}
