import type { Downlink } from "../../../actors/runtime/actor.ts";
import type { Log } from "../../../actors/runtime/ports.ts";
import { type Caller, call } from "../../../mixins/bridge.ts";
import type { Counters } from "../../../mixins/counters.ts";

const MAX_PER_CALL = 500;
/** Beyond that the next attempts have to do. */
const MAX_WAITING = 50_000;
const NAME = "gateway_twin.config.deliveries.total";

type DeliveriesOptions = { readonly caller: Caller; readonly counters: Counters; readonly log: Log };

/**
 * Lets twins tell their gateways what they miss, in one call after the other: only the twin knows what that is. One
 * that fails is not made again: the config actor's next attempt is.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  #waiting: Downlink[] = [];
  #isSending = false;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /** What is sent in one turn of the event loop goes together. Never throws. */
  send(downlinks: readonly Downlink[]): void {
    const { counters } = this.#options;
    for (const downlink of downlinks) {
      const isFull = this.#waiting.length >= MAX_WAITING;
      if (!isFull) this.#waiting.push(downlink);
      counters.count(NAME, { what: isFull ? "dropped" : downlink.topic });
    }
    if (this.#isSending || this.#waiting.length === 0) return;
    this.#isSending = true;
    setImmediate(() => void this.#sendAll());
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, MAX_PER_CALL);
      this.#waiting = this.#waiting.slice(MAX_PER_CALL);
      await this.#deliver(batch);
    }
    this.#isSending = false;
  }

  async #deliver(batch: readonly Downlink[]): Promise<void> {
    const { caller, counters, log } = this.#options;
    const deliveries = batch.map(({ gatewayId, topic }) => ({ gatewayId, full: topic === "desired" }));
    try {
      await call(caller, "twins.deliver", { deliveries });
    } catch (error) {
      counters.count(NAME, { what: "failed" }, batch.length);
      log.warn("gateways were not told what they miss; they are told later", {
        "items.count": batch.length,
        error,
      });
    }
  }
}
