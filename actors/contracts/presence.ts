import { type Static, Type } from "typebox";
import type { PresenceCommand, PresenceReply, PresenceView } from "../presence/contract.ts";
import type { Outcome } from "../runtime/actor.ts";
import type { Ask } from "../runtime/ask.ts";
import type { ActionContract } from "./action.ts";
import type { Edge } from "./edge.ts";
import { GatewayId } from "./ids.ts";
import type { JsonObject } from "./json.ts";

const closed = { additionalProperties: false } as const;
const Rfc3339 = Type.String({ description: "RFC 3339 in UTC" });
const Count = Type.Integer({ minimum: 0 });
const nullable = <Schema extends ReturnType<typeof Type.String>>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

/**
 * `UNKNOWN`: never heard of. `ONLINE`: it has a connection, or was heard lately. `SUSPECT`: it may be gone; nobody
 * is told yet that it is. `OFFLINE`: it said so, or was silent for long enough.
 */
export const PRESENCE_STATES = ["UNKNOWN", "ONLINE", "SUSPECT", "OFFLINE"] as const;
export type PresenceState = (typeof PRESENCE_STATES)[number];

export const Presence = Type.Object(
  {
    gatewayId: GatewayId,
    state: Type.Enum(PRESENCE_STATES),
    /** Null for `UNKNOWN`. */
    sinceTime: nullable(Rfc3339),
    /** When it last said anything, by the owner's clock; seconds late at most. */
    lastSeenTime: nullable(Rfc3339),
    /** Of the newest open connection. */
    sessionId: nullable(Type.String()),
    /** The node that holds it. */
    node: nullable(Type.String()),
    /** What the gateway last told of its board. */
    board: Type.Unsafe<JsonObject>(Type.Object({})),
    firmware: nullable(Type.String()),
    /** It comes and goes: `reconnects` within the last minutes. */
    isFlapping: Type.Boolean(),
    reconnects: Count,
  },
  { ...closed, title: "Presence" },
);
export type Presence = Static<typeof Presence>;

/**
 * What an edge tells of a gateway's connection. `opened`, `closed`, `alive`: about connections of this edge, payload
 * a `ConnectionSignal`. `hello`, `heartbeat`, `bye`: the gateway's own payload. Any of them may come late, twice, in
 * another order, or not at all: `alive` is repeated as long as the connection is open.
 */
export const SIGNAL_KINDS = ["opened", "closed", "alive", "hello", "heartbeat", "bye"] as const;
export type SignalKind = (typeof SIGNAL_KINDS)[number];

export type PresenceSignal = {
  readonly gatewayId: string;
  readonly kind: SignalKind;
  /** Of the connection, unique for ever; null where an external broker holds it. */
  readonly sessionId: string | null;
  /** JSON text as UTF-8. */
  readonly payload: Uint8Array;
};

/** Why a connection ended. `left`: the gateway closed it as it should. `stopped`: the edge went away, not the gateway. */
export const CLOSE_REASONS = ["left", "lost", "stopped", "taken_over", "revoked"] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];

export type ConnectionSignal = {
  /** What is silent one and a half times as long is gone (MQTT 3.1.1, 3.1.2.10); milliseconds. */
  readonly keepAliveMs: number;
  /** How long ago the gateway was last heard, when the signal was sent; milliseconds. */
  readonly ageMs: number;
  /** With `closed`. */
  readonly reason?: CloseReason;
};

/** What is not worth a commit; `lastSeen` in epoch milliseconds, null when it was never heard of. */
export type Vitals = {
  readonly lastSeen: number | null;
  readonly board: JsonObject;
  readonly firmware: string | null;
};

export const presenceActions = {
  "presence.get": {
    summary: "Is the gateway there, and since when.",
    params: Type.Object({ gatewayId: GatewayId }, closed),
    result: Presence,
    rest: { method: "GET", path: "/v1/gateways/:gatewayId/presence", role: "viewer", body: "none" },
  },
  /** How many gateways there are in each state; seconds late at most. */
  "presence.summary": {
    summary: "How many gateways there are in each state.",
    params: Type.Object({}, closed),
    result: Type.Object(
      {
        counts: Type.Object(
          { UNKNOWN: Count, ONLINE: Count, SUSPECT: Count, OFFLINE: Count } satisfies Record<
            PresenceState,
            typeof Count
          >,
          closed,
        ),
        total: Count,
      },
      closed,
    ),
    rest: { method: "GET", path: "/v1/presence:summary", role: "viewer", body: "none" },
  },
  /** The states of gateways, in their order; of one that nobody heard of it is `UNKNOWN`. */
  "presence.states": {
    params: Type.Object({ gatewayIds: Type.Array(GatewayId, { maxItems: 1000 }) }, closed),
    result: Type.Object({ states: Type.Array(Type.Enum(PRESENCE_STATES)) }, closed),
  },
  /** Forgets the presence of a gateway that is being deleted. */
  "presence.remove": {
    params: Type.Object({ gatewayId: GatewayId }, closed),
    result: Type.Null(),
  },
  /** A micro-batch from an edge to one owner; one outcome per signal, in order. The caller is the edge's node. */
  "presence.ingest": {
    params: Type.Unsafe<{ readonly edge: Edge; readonly signals: readonly PresenceSignal[] }>({}),
    result: Type.Unsafe<readonly Outcome<null>[]>({}),
  },
  /** All that the called node, pinned to it as the owner, knows of a gateway. */
  "presence.read": {
    params: Type.Object({ gatewayId: GatewayId }, closed),
    result: Type.Unsafe<Outcome<{ readonly view: PresenceView; readonly vitals: Vitals }>>({}),
  },
  /** As `twins.ask`. */
  "presence.ask": {
    params: Type.Unsafe<{ readonly asks: readonly Ask<PresenceCommand>[] }>({}),
    result: Type.Unsafe<readonly Outcome<PresenceReply>[]>({}),
  },
} as const satisfies Record<string, ActionContract>;
