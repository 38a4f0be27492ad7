import type { Context } from "../../runtime/actor.ts";
import { isBrokerSession } from "../broker-session.ts";
import type { PresenceEvents } from "../contract.ts";
import { allowedSilence } from "../deadlines.ts";
import type { PresenceSettings } from "../settings.ts";
import {
  type ClosedSession,
  type GatewayPresence,
  REMEMBERED_CLOSED,
  REMEMBERED_CLOSED_MS,
} from "../state.ts";

export function connectionClosed(
  settings: PresenceSettings,
  state: GatewayPresence,
  { sessionId, reason }: PresenceEvents["presence.connection.closed"],
  { now }: Context,
): GatewayPresence {
  const connections = state.connections.filter((connection) => connection.sessionId !== sessionId);
  const closed = isBrokerSession(sessionId) ? state.closed : remember(state.closed, sessionId, now);
  const isLast = connections.length === 0 && (state.connections.length > 0 || state.state === "UNKNOWN");
  if (!isLast) return { ...state, connections, closed };
  const silenceMs = allowedSilence(settings, state.connections);
  return { ...state, connections, closed, ended: { reason, time: now, silenceMs } };
}

function remember(closed: readonly ClosedSession[], sessionId: string, now: number): ClosedSession[] {
  const fresh = closed.filter(([, time]) => now - time < REMEMBERED_CLOSED_MS);
  return [...fresh, [sessionId, now] as const].slice(-REMEMBERED_CLOSED);
}
