import { LRUCache } from "lru-cache";
import type { SharedCounters } from "../../actors/runtime/cache.ts";
import type { Clock } from "../../actors/runtime/ports.ts";

/** The counters of a single process; of too many the longest unused ones are forgotten. */
export class MemoryCounters implements SharedCounters {
  readonly #counts: LRUCache<string, number>;

  constructor(max: number, clock: Clock) {
    this.#counts = new LRUCache({ max, noUpdateTTL: true, ttlResolution: 0, perf: { now: clock } });
  }

  async increment(key: string, ttlMs: number): Promise<number> {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count, { ttl: ttlMs });
    return count;
  }

  async reset(key: string): Promise<void> {
    this.#counts.delete(key);
  }
}
