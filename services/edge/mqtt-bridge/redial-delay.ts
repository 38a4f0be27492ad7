import type { BridgeSettings } from "./settings.ts";

type Settings = Pick<BridgeSettings, "reconnectMinMs" | "lostMinMs" | "reconnectMaxMs" | "stableMs">;

/**
 * How long to wait before the next connection. Who loses a slot's connection may have lost the slot: connecting again
 * at once would throw its new owner out, who would do the same in turn. Brokers do not reliably say so (Mosquitto
 * just closes), so the first wait is long enough to learn of a new owner, and the delay doubles with each connection
 * that did not last: as long as two nodes believe to hold a slot, they disturb each other ever more rarely.
 */
export class RedialDelay {
  readonly #settings: Settings;
  #failures = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** After a connection that was up for `upMs` milliseconds; 0 when it never was. */
  next(upMs: number): number {
    const { reconnectMinMs, lostMinMs, reconnectMaxMs, stableMs } = this.#settings;
    if (upMs >= stableMs) this.#failures = 0;
    const min = upMs > 0 ? lostMinMs : reconnectMinMs;
    const delay = Math.min(reconnectMaxMs, min * 2 ** this.#failures);
    this.#failures += 1;
    return delay;
  }
}
