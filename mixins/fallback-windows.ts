import type { RateWindows } from "../actors/runtime/cache.ts";
import type { Counters } from "./counters.ts";

/**
 * The shared windows; while they are away those of this process, which know what it has allowed before. The gauge
 * `gateway_twin.limits.fallback` is 1 then. How long the shared ones may take to fail is theirs to bound.
 */
export function fallbackWindows(shared: RateWindows, own: RateWindows, counters: Counters): RateWindows {
  let isAway: boolean | undefined;
  const tell = (away: boolean) => {
    if (away !== isAway) counters.gauge("gateway_twin.limits.fallback", Number(away));
    isAway = away;
  };
  tell(false);

  return {
    async take(key, limit, windowMs) {
      try {
        const taken = await shared.take(key, limit, windowMs);
        tell(false);
        if (taken.allowed) await own.take(key, limit, windowMs);
        return taken;
      } catch {
        tell(true);
        return own.take(key, limit, windowMs);
      }
    },
  };
}
