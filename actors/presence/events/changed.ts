import type { Context } from "../../runtime/actor.ts";
import type { PresenceEvents } from "../contract.ts";
import type { PresenceSettings } from "../settings.ts";
import type { GatewayPresence } from "../state.ts";

export function changed(
  _settings: PresenceSettings,
  state: GatewayPresence,
  { to }: PresenceEvents["presence.changed"],
  { now }: Context,
): GatewayPresence {
  const { ended, ...rest } = state;
  const sinceTime = Math.max(state.sinceTime, now);
  return { ...rest, state: to, sinceTime, ...(to === "SUSPECT" && ended && { ended }) };
}
