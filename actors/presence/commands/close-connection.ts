import type { Context, Decision } from "../../runtime/actor.ts";
import { isBrokerSession } from "../broker-session.ts";
import type { PresenceCommands, PresenceEvent } from "../contract.ts";
import { whileOpen } from "../deadlines.ts";
import { connectionClosed } from "../events/connection-closed.ts";
import type { PresenceSettings } from "../settings.ts";
import type { GatewayPresence } from "../state.ts";
import { afterTheLast } from "./change.ts";

type Params = PresenceCommands["closeConnection"]["params"];

/** Ends this connection and no other one. */
export function closeConnection(
  settings: PresenceSettings,
  state: GatewayPresence,
  { sessionId, reason }: Params,
  context: Context,
): Decision<PresenceEvent, boolean> {
  const reply = state.connections.some((connection) => connection.sessionId === sessionId);
  if (!reply && !isNews(state, { sessionId, reason })) return { reply };
  const closed = { type: "presence.connection.closed", sessionId, reason } as const;
  const after = connectionClosed(settings, state, closed, context);
  if (after.connections.length > 0) {
    return { events: [closed], timers: whileOpen(settings, state, after, context.now), reply };
  }
  if (!after.ended || after.ended === state.ended) return { events: [closed], reply };
  const { events, timers } = afterTheLast(settings, after, after.ended, context);
  return { events: [closed, ...events], timers, reply };
}

/** A word that came before that of the opening. A gateway without credentials was deleted: nothing may stay of it. */
function isNews({ state, closed }: GatewayPresence, { sessionId, reason }: Params): boolean {
  if (isBrokerSession(sessionId)) return false;
  if (state === "UNKNOWN" && reason === "revoked") return false;
  return closed.every(([id]) => id !== sessionId);
}
