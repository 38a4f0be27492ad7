import { setTimeout as sleep } from "node:timers/promises";
import { build } from "hdr-histogram-js";
import type { LatencyResult } from "../generator/commands.ts";
import { Meter } from "../generator/meter.ts";
import { serve } from "../ipc.ts";
import type { LoadParams, RestLoadCalls } from "./commands.ts";
import { HttpLink } from "./http-link.ts";
import { PROOFS, requestText } from "./requests.ts";

/** Over all runs of this process: no change may be the same as the last one. */
let sent = 0;

/** A closed loop: each connection asks again when it has got its answer. */
class RestLoad {
  readonly #params: LoadParams;
  #microseconds = build({ numberOfSignificantValueDigits: 3 });
  #completed = 0;
  #isOver = false;

  constructor(params: LoadParams) {
    this.#params = params;
  }

  async run(): Promise<LatencyResult> {
    const { port, connections } = this.#params;
    const links = await Promise.all(Array.from({ length: connections }, () => HttpLink.open(port)));
    const loops = Promise.all(links.map((link) => this.#loop(link)));
    try {
      const [result] = await Promise.all([this.#measure(), loops]);
      return result;
    } finally {
      this.#isOver = true;
      for (const link of links) link.close();
    }
  }

  async #measure(): Promise<LatencyResult> {
    const { warmMs, measureMs, ...pids } = this.#params;
    await sleep(warmMs);
    this.#microseconds = build({ numberOfSignificantValueDigits: 3 });
    const meter = new Meter(pids, () => this.#completed);
    await sleep(measureMs);
    const at = (percentile: number) => this.#microseconds.getValueAtPercentile(percentile) / 1000;
    const maxMs = this.#microseconds.maxValue / 1000;
    const result = { ...meter.read(), p50Ms: at(50), p99Ms: at(99), maxMs };
    this.#isOver = true;
    return result;
  }

  async #loop(link: HttpLink): Promise<void> {
    const { work, gatewayIds, token } = this.#params;
    while (!this.#isOver) {
      const number = ++sent;
      const gatewayId = gatewayIds[number % gatewayIds.length] ?? "";
      const request = requestText(work, gatewayId, token, number);
      const start = performance.now();
      const body = await link.exchange(request);
      this.#microseconds.recordValue(Math.round((performance.now() - start) * 1000));
      this.#completed++;
      if (!body.includes(PROOFS[work]))
        throw new Error(`${work}: not the answer to it: ${body.slice(0, 300)}`);
    }
  }
}

serve<RestLoadCalls>({ run: (params) => new RestLoad(params).run() });
