import { LRUCache } from "lru-cache";
import { isForPresence } from "../ingest/refusal.ts";
import type { Target } from "../ingest/topics.ts";
import { Session } from "../signals/session.ts";
import type { SignalQueue } from "../signals/signal-queue.ts";
import type { BridgeSettings } from "./settings.ts";

type HeardOptions = {
  readonly signals: Pick<SignalQueue, "alive" | "forward">;
  readonly settings: Pick<BridgeSettings, "gatewaysKept" | "silenceMs" | "aliveIntervalMs">;
};

/**
 * Tells presence of gateways that only their messages show to be there: the broker holds the connections. What they
 * say of themselves is handed on; any other message is a sign of life, told once in a while.
 */
export class Heard {
  readonly #options: HeardOptions;
  /** When presence was last given a sign of the gateway, by the monotonic clock. */
  readonly #toldTimes: LRUCache<string, number>;

  constructor(options: HeardOptions) {
    this.#options = options;
    this.#toldTimes = new LRUCache({ max: options.settings.gatewaysKept });
  }

  /** A message without fault. */
  hear(gatewayId: string, target: Target, payload: Uint8Array): void {
    const now = performance.now();
    if (isForPresence(target)) {
      this.#options.signals.forward(target, this.#session(gatewayId), payload);
      if (target !== "bye") this.#toldTimes.set(gatewayId, now);
      // Whatever comes next shows that it is there again.
      else this.#toldTimes.delete(gatewayId);
    } else if (this.#isDue(gatewayId, now)) {
      this.#toldTimes.set(gatewayId, now);
      this.#options.signals.alive(this.#session(gatewayId));
    }
  }

  #isDue(gatewayId: string, now: number): boolean {
    const told = this.#toldTimes.get(gatewayId);
    return told === undefined || now - told >= this.#options.settings.aliveIntervalMs;
  }

  #session(gatewayId: string): Session {
    return new Session(gatewayId, null, this.#options.settings.silenceMs);
  }
}
