import { Lane } from "./lane.ts";
import type { Part } from "./options.ts";
import { measureLatency } from "./parts/latency.ts";
import { measurePatch } from "./parts/patch.ts";
import { measureThroughput } from "./parts/throughput.ts";
import type { Plan } from "./plan.ts";
import type { Results, VerifiedVariant } from "./results.ts";
import type { Variant } from "./variants/variant.ts";

type Opened = { lanes: Lane[]; failures: string[] };
type Measured = Pick<Results, "throughput" | "latency" | "patch" | "verified">;

/** Starts one variant after the other; with `goOn` the others still run when one does not start. */
export async function openLanes(variants: readonly Variant[], goOn: boolean): Promise<Opened> {
  const opened: Opened = { lanes: [], failures: [] };
  for (const variant of variants) {
    if (opened.failures.length > 0 && !goOn) break;
    console.log(`starting ${variant.title}`);
    await Lane.open(variant).then(
      (lane) => opened.lanes.push(lane),
      (error: Error) => opened.failures.push(`${variant.title} did not start: ${error.message}`),
    );
  }
  return opened;
}

export async function measure(lanes: readonly Lane[], parts: readonly Part[], plan: Plan): Promise<Measured> {
  const measured: Measured = { verified: [] };
  if (parts.includes("throughput")) {
    console.log("throughput");
    measured.throughput = await measureThroughput(lanes, plan);
  }
  if (parts.includes("latency")) {
    console.log("latency");
    measured.latency = await measureLatency(lanes, plan);
  }
  if (parts.includes("patch")) {
    console.log("patch");
    measured.patch = await measurePatch(lanes, plan);
  }
  console.log("reading all twins back");
  return { ...measured, verified: await verifyAll(lanes) };
}

async function verifyAll(lanes: readonly Lane[]): Promise<VerifiedVariant[]> {
  const verified: VerifiedVariant[] = [];
  for (const lane of lanes) {
    const verification = await lane.verify();
    if (verification !== undefined) verified.push({ title: lane.variant.title, verification });
  }
  return verified;
}
