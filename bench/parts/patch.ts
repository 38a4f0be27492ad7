import { build } from "hdr-histogram-js";
import type { Lane } from "../lane.ts";
import type { Plan } from "../plan.ts";
import { provision } from "../variants/product.ts";
import type { RestClient } from "../variants/rest-client.ts";
import { PatchGateway } from "./patch-gateway.ts";

export type PatchResult = { samples: number; p50Ms: number; p99Ms: number; maxMs: number };

const WARM_SAMPLES = 50;

/** REST PATCH of a desired value until its delta is at the gateway, one at a time; the gateway then reports it. */
export async function measurePatch(lanes: readonly Lane[], plan: Plan): Promise<PatchResult | undefined> {
  const server = lanes.find(({ running }) => running.product !== undefined)?.running.product;
  if (server === undefined) return undefined;
  const [credentials] = await provision(server.rest, ["bench-patch"]);
  if (credentials === undefined) throw new Error("the gateway of the PATCH part was not created");
  const gateway = await PatchGateway.connect(server.mqttPort, credentials);
  const microseconds = build({ numberOfSignificantValueDigits: 3 });
  for (let value = 1; value <= WARM_SAMPLES + plan.patchSamples; value++) {
    const took = await sample(server.rest, gateway, value);
    if (value > WARM_SAMPLES) microseconds.recordValue(Math.round(took * 1000));
  }
  await gateway.close();
  const at = (percentile: number) => microseconds.getValueAtPercentile(percentile) / 1000;
  return { samples: plan.patchSamples, p50Ms: at(50), p99Ms: at(99), maxMs: microseconds.maxValue / 1000 };
}

async function sample(rest: RestClient, gateway: PatchGateway, value: number): Promise<number> {
  const path = `/v1/gateways/${gateway.gatewayId}/twin/desired`;
  const start = performance.now();
  const [arrivedAt] = await Promise.all([gateway.delta(value), rest.patch(path, { setpoint: value })]);
  await gateway.report(value);
  return arrivedAt - start;
}
