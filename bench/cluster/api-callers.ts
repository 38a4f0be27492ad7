import { setTimeout as sleep } from "node:timers/promises";
import { provision } from "../variants/product.ts";
import type { RestClient } from "../variants/rest-client.ts";
import { gatewayIds } from "../variants/variant.ts";

export type CallCounts = { calls: number; failed: number; slowestMs: number };

const GATEWAYS = 64;
const CALLERS = 4;
const DEADLINE_MS = 10_000;
/** Enough calls to meet each partition's hand-off, few enough not to be the load. */
const PAUSE_MS = 2;

/** Callers of the REST API, one call in flight each: they change and read twins all over the partitions. */
export class ApiCallers {
  readonly #rest: RestClient;
  readonly #ids: readonly string[];
  readonly #counts: CallCounts = { calls: 0, failed: 0, slowestMs: 0 };

  private constructor(rest: RestClient, ids: readonly string[]) {
    this.#rest = rest;
    this.#ids = ids;
  }

  static async open(rest: RestClient): Promise<ApiCallers> {
    const ids = gatewayIds(GATEWAYS, "called");
    await provision(rest, ids);
    return new ApiCallers(rest, ids);
  }

  get counts(): CallCounts {
    return { ...this.#counts };
  }

  run(): { stop: () => Promise<void> } {
    const over = new AbortController();
    const callers = Array.from({ length: CALLERS }, () => this.#calls(over.signal));
    return {
      stop: async () => {
        over.abort();
        await Promise.all(callers);
      },
    };
  }

  async #calls(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const number = this.#counts.calls++;
      const start = performance.now();
      const isDone = await this.#call(number).catch(() => false);
      const took = performance.now() - start;
      this.#counts.slowestMs = Math.max(this.#counts.slowestMs, took);
      if (!isDone || took > DEADLINE_MS) this.#counts.failed++;
      await sleep(PAUSE_MS);
    }
  }

  /** All twins are read, then all are changed, and so on. */
  async #call(number: number): Promise<boolean> {
    const path = `/v1/gateways/${this.#ids[number % this.#ids.length]}/twin`;
    const isRead = Math.floor(number / this.#ids.length) % 2 === 0;
    const { status } = await (isRead
      ? this.#rest.send("GET", path)
      : this.#rest.send("PATCH", `${path}/desired`, JSON.stringify({ setpoint: number })));
    return status < 300;
  }
}
