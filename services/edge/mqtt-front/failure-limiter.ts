import { LRUCache } from "lru-cache";
import type { Clock } from "../../../actors/runtime/ports.ts";

const NAMES = 10_000;

/** Counts attempts per name in a window that starts with the first; a success clears them. */
export class FailureLimiter {
  readonly #attempts: LRUCache<string, number>;
  readonly #limit: number;

  constructor(limit: number, windowMs: number, clock: Clock) {
    this.#limit = limit;
    this.#attempts = new LRUCache({
      max: NAMES,
      ttl: windowMs,
      noUpdateTTL: true,
      ttlResolution: 0,
      perf: { now: clock },
    });
  }

  /** Counted when it begins: many that run at the same time have not failed yet. */
  mayTry(name: string): boolean {
    const attempts = this.#attempts.get(name) ?? 0;
    if (attempts >= this.#limit) return false;
    this.#attempts.set(name, attempts + 1);
    return true;
  }

  clear(name: string): void {
    this.#attempts.delete(name);
  }
}
