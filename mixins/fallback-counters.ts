import type { SharedCounters } from "../actors/runtime/cache.ts";

/** Counts in both; while the shared counters are away, what this process has seen still counts. */
export function fallbackCounters(shared: SharedCounters, own: SharedCounters): SharedCounters {
  return {
    async increment(key, ttlMs) {
      const here = await own.increment(key, ttlMs);
      try {
        return Math.max(here, await shared.increment(key, ttlMs));
      } catch {
        return here;
      }
    },
    async reset(key) {
      await own.reset(key);
      // The shared one is forgotten at its time.
      await shared.reset(key).catch(() => undefined);
    },
  };
}
