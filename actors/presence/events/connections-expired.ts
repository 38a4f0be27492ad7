import type { Context } from "../../runtime/actor.ts";
import type { PresenceEvents } from "../contract.ts";
import { allowedSilence } from "../deadlines.ts";
import type { PresenceSettings } from "../settings.ts";
import type { Ended, GatewayPresence } from "../state.ts";

/** They are not remembered as closed: an edge that could not tell that they are open may tell it again. */
export function connectionsExpired(
  settings: PresenceSettings,
  state: GatewayPresence,
  _event: PresenceEvents["presence.connections.expired"],
  { now }: Context,
): GatewayPresence & { readonly ended: Ended } {
  const silenceMs = allowedSilence(settings, state.connections);
  return { ...state, connections: [], ended: { reason: "silent", time: now, silenceMs } };
}
