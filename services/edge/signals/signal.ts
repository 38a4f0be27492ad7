import type {
  CloseReason,
  ConnectionSignal,
  PresenceSignal,
  SignalKind,
} from "../../../actors/contracts/presence.ts";
import type { Batchable } from "../ingest/ingest-batcher.ts";
import type { KindForPresence } from "../ingest/routes.ts";
import type { Session } from "./session.ts";

/** What presence is to be told. */
export type Signal = Batchable & {
  readonly kind: SignalKind;
  readonly session: Session;
  /** As it is now: it may have waited, and how long ago the gateway was heard is told as of the sending. */
  readonly encode: () => PresenceSignal;
};

/** About what the text of a connection's signal has. */
const CONNECTION_BYTES = { length: 64 };

export function connectionSignal(
  kind: "opened" | "alive" | "closed",
  session: Session,
  reason?: CloseReason,
): Signal {
  const { gatewayId, sessionId, keepAliveMs } = session;
  const encode = () => {
    const ageMs = Math.round(performance.now() - session.lastSeen);
    const told: ConnectionSignal = { keepAliveMs, ageMs, ...(reason && { reason }) };
    return { gatewayId, kind, sessionId, payload: Buffer.from(JSON.stringify(told)) };
  };
  return { gatewayId, kind, session, payload: CONNECTION_BYTES, encode };
}

/** The bytes are copied: a part of what was read from a socket keeps all of it in memory. */
export function forwardedSignal(kind: KindForPresence, session: Session, received: Uint8Array): Signal {
  const { gatewayId, sessionId } = session;
  const payload = Buffer.from(received);
  return { gatewayId, kind, session, payload, encode: () => ({ gatewayId, kind, sessionId, payload }) };
}
