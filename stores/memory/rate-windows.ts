import { LRUCache } from "lru-cache";
import type { RateWindows, Taken } from "../../actors/runtime/cache.ts";
import type { Clock } from "../../actors/runtime/ports.ts";

/** The windows of a single process; of too many the longest unused ones are forgotten. */
export class MemoryWindows implements RateWindows {
  readonly #clock: Clock;
  /** When the calls of a key were allowed, oldest first. */
  readonly #times: LRUCache<string, number[]>;

  constructor(max: number, clock: Clock) {
    this.#clock = clock;
    this.#times = new LRUCache({ max });
  }

  async take(key: string, limit: number, windowMs: number): Promise<Taken> {
    const now = this.#clock();
    const times = this.#times.get(key) ?? [];
    while (times[0] !== undefined && times[0] <= now - windowMs) times.shift();
    const blocking = times[times.length - limit];
    if (blocking !== undefined) {
      return { allowed: false, remaining: 0, retryAfterMs: blocking + windowMs - now };
    }
    times.push(now);
    this.#times.set(key, times);
    return { allowed: true, remaining: limit - times.length, retryAfterMs: 0 };
  }
}
