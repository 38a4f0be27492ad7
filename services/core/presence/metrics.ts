import type { PresenceEvent } from "../../../actors/presence/contract.ts";
import type { DeliveredRow } from "../../../actors/runtime/ports.ts";
import type { Counters } from "../../../mixins/counters.ts";
import type { PresenceCounts } from "./counts.ts";

/** The changes of presence in these rows. */
export function countChanges(counters: Counters, rows: readonly DeliveredRow[]): void {
  for (const { changes } of rows.filter(({ type }) => type === "presence"))
    for (const { events = [] } of changes)
      for (const event of events as readonly PresenceEvent[]) {
        if (event.type !== "presence.changed") continue;
        const { to, reason } = event;
        counters.count("gateway_twin.presence.changes.total", { to, reason });
      }
}

/** How many gateways are in each state. Every node that serves presence tells the same. */
export async function gaugeStates(counters: Counters, presenceCounts: PresenceCounts): Promise<void> {
  const { counts } = await presenceCounts.summary();
  for (const [state, count] of Object.entries(counts))
    counters.gauge("gateway_twin.presence.gateways", count, { state });
}
