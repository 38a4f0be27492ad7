import type { BusStore } from "./bus-store.ts";
import type { Log } from "./ports.ts";
import { untilDone } from "./until-done.ts";

/** Numbers lost at each restart, at most. */
const BLOCK = 1000;

/** Numbers that only ever grow, also over a crash: they are reserved in the store, a block at a time. */
export class Sequences {
  readonly #store: Pick<BusStore, "reserveSequences">;
  readonly #log: Log;
  readonly #signal: AbortSignal;
  #next = 0;
  #end = 0;

  constructor(store: Pick<BusStore, "reserveSequences">, log: Log, signal: AbortSignal) {
    this.#store = store;
    this.#log = log;
    this.#signal = signal;
  }

  /** Waits for the store, however long; rejects when the signal aborts that. Not to be called concurrently. */
  async take(): Promise<number> {
    if (this.#next === this.#end) await this.#reserve();
    this.#next += 1;
    return this.#next - 1;
  }

  async #reserve(): Promise<void> {
    const onError = (error: unknown) =>
      this.#log.error("the bus waits: the store gives it no sequence numbers", { error });
    this.#next = await untilDone(() => this.#store.reserveSequences(BLOCK), onError, this.#signal);
    this.#end = this.#next + BLOCK;
  }
}
