import { randomBytes } from "node:crypto";

const RANDOM_BYTES = 12;

/** A connection of a gateway, as presence is told of it; small, since it may outlive the connection a little. */
export class Session {
  readonly gatewayId: string;
  /** Null where an external broker holds the connection. */
  readonly sessionId: string | null;
  readonly keepAliveMs: number;
  /** When the gateway was last heard, by the monotonic clock of this process. */
  lastSeen = performance.now();
  /** A signal that it is open is on its way. */
  isBeingTold = false;
  /** Where `OpenSessions` has it. */
  slot = -1;

  constructor(gatewayId: string, sessionId: string | null, keepAliveMs: number) {
    this.gatewayId = gatewayId;
    this.sessionId = sessionId;
    this.keepAliveMs = keepAliveMs;
  }
}

/** Never given twice, by any node at any time. */
export function newSessionId(nodeId: string): string {
  return `${nodeId}:${randomBytes(RANDOM_BYTES).toString("base64url")}`;
}
