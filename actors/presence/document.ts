import type { PresenceState } from "../contracts/presence.ts";
import type { Connection, EndReason } from "./contract.ts";
import type { ClosedSession, Ended, GatewayPresence, Reconnects } from "./state.ts";

type PackedConnection = readonly [sessionId: string, node: string, keepAliveMs: number];
type PackedReconnects = readonly [reconnects: Reconnects, isFlapping: 0 | 1];
type PackedEnded = readonly [reason: EndReason, time: number, silenceMs: number];

/** As it is stored: small, since a million of them are kept in memory. What is empty at the end is left out. */
export type PackedPresence = readonly [
  state: PresenceState,
  sinceTime: number,
  connections?: readonly PackedConnection[],
  closed?: readonly ClosedSession[],
  reconnects?: PackedReconnects,
  ended?: PackedEnded,
];

const NONE: readonly never[] = [];
const NO_RECONNECTS: PackedReconnects = [NONE, 0];

export function packPresence(presence: GatewayPresence): PackedPresence {
  const { state, sinceTime, closed, ended } = presence;
  const connections = presence.connections.map(packConnection);
  const reconnects: PackedReconnects = [presence.reconnects, presence.isFlapping ? 1 : 0];
  if (ended) return [state, sinceTime, connections, closed, reconnects, packEnded(ended)];
  if (presence.reconnects.length > 0) return [state, sinceTime, connections, closed, reconnects];
  if (closed.length > 0) return [state, sinceTime, connections, closed];
  return connections.length > 0 ? [state, sinceTime, connections] : [state, sinceTime];
}

export function unpackPresence(packed: PackedPresence): GatewayPresence {
  const [state, sinceTime, connections = NONE, closed = NONE, flapping = NO_RECONNECTS, ended] = packed;
  const [reconnects, isFlapping] = flapping;
  return {
    state,
    sinceTime,
    connections: connections.map(unpackConnection),
    closed,
    reconnects,
    isFlapping: isFlapping === 1,
    ...(ended && { ended: unpackEnded(ended) }),
  };
}

function packConnection({ sessionId, node, keepAliveMs }: Connection): PackedConnection {
  return [sessionId, node, keepAliveMs];
}

function unpackConnection([sessionId, node, keepAliveMs]: PackedConnection): Connection {
  return { sessionId, node, keepAliveMs };
}

function packEnded({ reason, time, silenceMs }: Ended): PackedEnded {
  return [reason, time, silenceMs];
}

function unpackEnded([reason, time, silenceMs]: PackedEnded): Ended {
  return { reason, time, silenceMs };
}
