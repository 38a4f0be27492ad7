import type { Context, Decision } from "../../runtime/actor.ts";
import { isAnonymous } from "../broker-session.ts";
import type { Connection, PresenceCommands, PresenceEvent } from "../contract.ts";
import { whileOpen } from "../deadlines.ts";
import { connectionClosed } from "../events/connection-closed.ts";
import { connectionOpened } from "../events/connection-opened.ts";
import type { PresenceSettings } from "../settings.ts";
import { type GatewayPresence, MAX_CONNECTIONS } from "../state.ts";
import { changeTo } from "./change.ts";

type OfType<Type extends PresenceEvent["type"]> = Extract<PresenceEvent, { readonly type: Type }>;

/** As often as the edge likes. What was closed stays closed, however late this comes. */
export function openConnection(
  settings: PresenceSettings,
  state: GatewayPresence,
  { connection }: PresenceCommands["openConnection"]["params"],
  context: Context,
): Decision<PresenceEvent, null> {
  if (!isNews(state, connection)) return { reply: null };
  const opened: OfType<"presence.connection.opened"> = { type: "presence.connection.opened", connection };
  const surplus = surplusOf(connectionOpened(settings, state, opened, context));
  const room = surplus.reduce((kept, event) => connectionClosed(settings, kept, event, context), state);
  const after = connectionOpened(settings, room, opened, context);
  return {
    events: [...surplus, opened, ...changeTo(settings, after, "ONLINE", "connected", context.now)],
    timers: whileOpen(settings, state, after, context.now),
    reply: null,
  };
}

function isNews({ connections, closed }: GatewayPresence, { sessionId, keepAliveMs }: Connection): boolean {
  const known = connections.find((connection) => connection.sessionId === sessionId);
  if (known) return known.keepAliveMs !== keepAliveMs;
  if (isAnonymous(sessionId)) return connections.length === 0;
  return closed.every(([id]) => id !== sessionId);
}

function surplusOf({ connections }: GatewayPresence): OfType<"presence.connection.closed">[] {
  const oldest = connections.slice(0, -MAX_CONNECTIONS);
  return oldest.map(({ sessionId }) => ({
    type: "presence.connection.closed",
    sessionId,
    reason: "taken_over",
  }));
}
