import type { Session, SessionStore } from "../../actors/runtime/ports.ts";
import type { Metrics } from "../counters.ts";

/** The sessions, with this node's renewals counted. `monotonic`: milliseconds. */
export function measuredSessions(
  store: SessionStore,
  { count, gauge, onScrape }: Metrics,
  monotonic: () => number,
): SessionStore {
  let deadline = Number.NEGATIVE_INFINITY;
  onScrape(() => {
    const seconds = Math.max(0, deadline - monotonic()) / 1000;
    gauge("gateway_twin.session.left.seconds", seconds);
  });
  const ended = (result: string) => count("gateway_twin.session.renewals.total", { result });
  return {
    live: () => store.live(),
    begin: async (session, ttlMs) => {
      const sentAt = monotonic();
      await store.begin(session, ttlMs);
      deadline = sentAt + ttlMs;
    },
    renew: async (session: Session, ttlMs: number) => {
      const sentAt = monotonic();
      try {
        const isLive = await store.renew(session, ttlMs);
        deadline = isLive ? sentAt + ttlMs : Number.NEGATIVE_INFINITY;
        ended(isLive ? "renewed" : "ended");
        return isLive;
      } catch (error) {
        ended("failed");
        throw error;
      }
    },
    end: (session) => store.end(session),
  };
}
