import type { Context } from "../../runtime/actor.ts";
import { isAnonymous } from "../broker-session.ts";
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
  const connections = withConnection(state.connections, connection);
  const isMore = connections.length > state.connections.length;
  const opened = { ...rest, connections };
  return isMore && state.state !== "UNKNOWN" ? countReconnect(settings.flapping, opened, now) : opened;
}

/** In the place of the one it is the same as, or known better than. */
function withConnection(connections: readonly Connection[], connection: Connection): Connection[] {
  const isSame = ({ sessionId }: Connection) => sessionId === connection.sessionId || isAnonymous(sessionId);
  const index = connections.findIndex(isSame);
  return index < 0 ? [...connections, connection] : connections.with(index, connection);
}
