import type { Context, Decision } from "../../runtime/actor.ts";
import type { PresenceCommands, PresenceEvent } from "../contract.ts";
import { allowedSilence, listeningSince } from "../deadlines.ts";
import { connectionsExpired } from "../events/connections-expired.ts";
import type { PresenceSettings } from "../settings.ts";
import type { GatewayPresence } from "../state.ts";
import { afterTheLast } from "./change.ts";

/**
 * Was it really silent? Signs of life move the deadline in memory only, so most of these find that it was not. An
 * owner can not blame a gateway for a silence that it did not listen to: it counts from its claim on.
 */
export function keepAliveDue(
  settings: PresenceSettings,
  state: GatewayPresence,
  { lastSeen }: PresenceCommands["keepAliveDue"]["params"],
  context: Context,
): Decision<PresenceEvent, null> {
  if (state.connections.length === 0) return { reply: null };
  const heard = Math.min(context.now, Math.max(lastSeen ?? 0, listeningSince(context)));
  const at = heard + allowedSilence(settings, state.connections);
  if (at > context.now) return { postponed: [{ name: "keepAlive", at }], reply: null };
  const expired = { type: "presence.connections.expired" } as const;
  const after = connectionsExpired(settings, state, expired, context);
  const { events, timers } = afterTheLast(settings, after, after.ended, context);
  return { events: [expired, ...events], timers, reply: null };
}
