import type { PresenceState } from "../contracts/presence.ts";
import type { Connection, EndReason } from "./contract.ts";

/** More than one is rare: a new one is told before the end of the old. Beyond this the oldest is given up. */
export const MAX_CONNECTIONS = 8;

/** Connections that ended lately are remembered, so that a late word of them does not open them again. */
export const REMEMBERED_CLOSED = 16;

/** No signal is that long on its way; milliseconds. */
export const REMEMBERED_CLOSED_MS = 3_600_000;

/** Reconnects by slice of time, oldest first: when it began (epoch milliseconds), and how many. */
export type Reconnects = readonly (readonly [begin: number, count: number])[];

/** An ended connection, and when that was told (epoch milliseconds). */
export type ClosedSession = readonly [sessionId: string, time: number];

/** How the last connection went. */
export type Ended = {
  readonly reason: EndReason;
  /** When it was told (epoch milliseconds). */
  readonly time: number;
  /** How long the gateway might have been silent (milliseconds). */
  readonly silenceMs: number;
};

export type GatewayPresence = {
  /** `ONLINE` whenever a connection is open. */
  readonly state: PresenceState;
  /** Epoch milliseconds; 0 for `UNKNOWN`. Never goes back. */
  readonly sinceTime: number;
  /** The open ones, newest last; at most MAX_CONNECTIONS. */
  readonly connections: readonly Connection[];
  /** Newest last; at most REMEMBERED_CLOSED. */
  readonly closed: readonly ClosedSession[];
  readonly reconnects: Reconnects;
  /** Was it flapping at the last reconnect? */
  readonly isFlapping: boolean;
  /** As long as the gateway may still come back: `SUSPECT`, or `ONLINE` when a flapping one may do so unnoticed. */
  readonly ended?: Ended;
};

export const EMPTY_PRESENCE: GatewayPresence = {
  state: "UNKNOWN",
  sinceTime: 0,
  connections: [],
  closed: [],
  reconnects: [],
  isFlapping: false,
};
