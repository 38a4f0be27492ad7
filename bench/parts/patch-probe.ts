import { build, type Histogram } from "hdr-histogram-js";
import { provision } from "../variants/product.ts";
import type { RestClient } from "../variants/rest-client.ts";
import { PatchGateway } from "./patch-gateway.ts";

export type PatchResult = { samples: number; p50Ms: number; p99Ms: number; maxMs: number };

type Server = { rest: RestClient; mqttPort: number };

/** REST PATCH of a desired value until its delta is at the gateway, one at a time; the gateway then reports it. */
export class PatchProbe {
  readonly #rest: RestClient;
  readonly #gateway: PatchGateway;
  #value = 0;

  private constructor(rest: RestClient, gateway: PatchGateway) {
    this.#rest = rest;
    this.#gateway = gateway;
  }

  /** With a new gateway of this id. */
  static async open({ rest, mqttPort }: Server, gatewayId = "bench-patch"): Promise<PatchProbe> {
    const [credentials] = await provision(rest, [gatewayId]);
    if (credentials === undefined) throw new Error("the gateway of the PATCH part was not created");
    return new PatchProbe(rest, await PatchGateway.connect(mqttPort, credentials));
  }

  async run(samples: number): Promise<PatchResult> {
    const microseconds = build({ numberOfSignificantValueDigits: 3 });
    for (let taken = 0; taken < samples; taken++) microseconds.recordValue(await this.#sample());
    return resultOf(samples, microseconds);
  }

  /** As many as fit in while `work` is going on. */
  async during(work: Promise<unknown>): Promise<PatchResult> {
    const microseconds = build({ numberOfSignificantValueDigits: 3 });
    let [samples, isOver] = [0, false];
    const over = work.finally(() => {
      isOver = true;
    });
    for (; !isOver; samples++) microseconds.recordValue(await this.#sample());
    await over;
    return resultOf(samples, microseconds);
  }

  close(): Promise<void> {
    return this.#gateway.close();
  }

  /** In microseconds. */
  async #sample(): Promise<number> {
    const value = ++this.#value;
    const path = `/v1/gateways/${this.#gateway.gatewayId}/twin/desired`;
    const start = performance.now();
    const patched = this.#rest.patch(path, { setpoint: value });
    const [arrivedAt] = await Promise.all([this.#gateway.delta(value), patched]);
    await this.#gateway.report(value);
    return Math.round((arrivedAt - start) * 1000);
  }
}

function resultOf(samples: number, microseconds: Histogram): PatchResult {
  const at = (percentile: number) => microseconds.getValueAtPercentile(percentile) / 1000;
  return { samples, p50Ms: at(50), p99Ms: at(99), maxMs: microseconds.maxValue / 1000 };
}
