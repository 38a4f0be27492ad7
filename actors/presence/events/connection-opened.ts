import type { Context } from "../../runtime/actor.ts";
import { isAnonymous, isBrokerSession } from "../broker-session.ts";
import type { Connection, PresenceEvents } from "../contract.ts";
import { countReconnect } from "../flapping.ts";
import type { PresenceSettings } from "../settings.ts";
import type { GatewayPresence } from "../state.ts";

export function connectionOpened(
  settings: PresenceSettings,
  state: GatewayPresence,
  { connection }: PresenceEvents["presence.connection.opened"],
  { now }: Context,
): GatewayPresence {
  const { ended: _, ...rest } = state;
  const opened = { ...rest, connections: withConnection(state.connections, connection) };
  const isKnown = state.connections.some((one) => isSame(one, connection));
  return isKnown || state.state === "UNKNOWN" ? opened : countReconnect(settings.flapping, opened, now);
}

/** In the place of the one that it stands for. */
function withConnection(connections: readonly Connection[], connection: Connection): Connection[] {
  const isReplaced = (one: Connection) => isSame(one, connection) || isOfEarlierBoot(one, connection);
  const index = connections.findIndex(isReplaced);
  return index < 0 ? [...connections, connection] : connections.with(index, connection);
}

/** The same, or known better now. */
function isSame({ sessionId }: Connection, connection: Connection): boolean {
  return sessionId === connection.sessionId || isAnonymous(sessionId);
}

/** A gateway has one connection to the broker: who comes back without a will has lost the one of its last power-on. */
function isOfEarlierBoot({ sessionId }: Connection, connection: Connection): boolean {
  return isBrokerSession(sessionId) && isBrokerSession(connection.sessionId);
}
