import type { PresenceState } from "../../../actors/contracts/presence.ts";
import type { Caller } from "../../../mixins/bridge.ts";
import { call } from "../../../mixins/bridge.ts";
import type { Counters } from "../../../mixins/counters.ts";

/** Presence is a help, not a condition: without its word the deadline decides. */
const TIMEOUT_MS = 500;

/** Gone, or never heard of: nobody can bring a command there. */
const AWAY: readonly PresenceState[] = ["OFFLINE", "UNKNOWN"];

/** Those that are known to be away. */
export async function offlineAmong(
  caller: Caller,
  gatewayIds: readonly string[],
  counters: Counters,
): Promise<Set<string>> {
  try {
    const params = { gatewayIds: [...gatewayIds] };
    const { states } = await call(caller, "presence.states", params, { timeout: TIMEOUT_MS });
    return new Set(gatewayIds.filter((_, index) => isAway(states[index])));
  } catch {
    counters.count("gateway_twin.commands.presence.silent.total");
    return new Set();
  }
}

function isAway(state: PresenceState | undefined): boolean {
  return state !== undefined && AWAY.includes(state);
}
