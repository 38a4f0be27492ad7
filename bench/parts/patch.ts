import type { Lane } from "../lane.ts";
import type { Plan } from "../plan.ts";
import { PatchProbe, type PatchResult } from "./patch-probe.ts";

const WARM_SAMPLES = 50;

/** One PATCH in flight on an idle product. */
export async function measurePatch(lanes: readonly Lane[], plan: Plan): Promise<PatchResult | undefined> {
  const server = lanes.find(({ running }) => running.product !== undefined)?.running.product;
  if (server === undefined) return undefined;
  const probe = await PatchProbe.open(server);
  await probe.run(WARM_SAMPLES);
  const result = await probe.run(plan.patchSamples);
  await probe.close();
  return result;
}
