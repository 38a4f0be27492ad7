import { LRUCache } from "lru-cache";
import type { Counters } from "../../../mixins/counters.ts";
import type { ApiKeys } from "./api-keys.ts";

type LastUsedOptions = {
  readonly keys: Pick<ApiKeys, "used">;
  readonly clock: () => number;
  readonly counters: Counters;
};

const EVERY_MS = 60_000;
const MAX_WRITES = 50;

/** Writes down when keys were used: nobody waits for it, and at most once a minute for each. */
export class LastUsed {
  readonly #options: LastUsedOptions;
  readonly #written = new LRUCache<string, number>({ max: 10_000 });
  readonly #writes = new Set<Promise<void>>();

  constructor(options: LastUsedOptions) {
    this.#options = options;
  }

  note(keyId: string): void {
    const now = this.#options.clock();
    if (now - (this.#written.get(keyId) ?? 0) < EVERY_MS || this.#writes.size >= MAX_WRITES) return;
    this.#written.set(keyId, now);
    const write = this.#write(keyId, now).finally(() => this.#writes.delete(write));
    this.#writes.add(write);
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#writes);
  }

  async #write(keyId: string, now: number): Promise<void> {
    try {
      await this.#options.keys.used(keyId, now, now - EVERY_MS);
    } catch {
      // It is a hint for people; the next use after a minute writes it.
      this.#options.counters.count("gateway_twin.access.last_used.errors.total");
    }
  }
}
