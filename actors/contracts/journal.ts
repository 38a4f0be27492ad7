import { type Static, Type } from "typebox";
import type { ActionContract } from "./action.ts";
import { ListParams } from "./gateways.ts";
import { GatewayId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import { SEVERITIES } from "./severity.ts";
import { Twin } from "./twins.ts";
import type { WatchContract } from "./watch.ts";

const closed = { additionalProperties: false } as const;
const Document = Type.Unsafe<JsonObject>(Type.Object({}));
const Rfc3339 = Type.String({ description: "RFC 3339 in UTC" });
const Count = Type.Integer({ minimum: 0 });
const Filter = Type.Optional(Type.String({ maxLength: 4096, description: "AIP-160" }));
const LastEventId = Type.Optional(
  Type.String({ maxLength: 64, description: "For tools that cannot send the header Last-Event-ID" }),
);

/** Types of what gateways tell on `up/event` begin with this; the rest is the gateway's own. */
export const GATEWAY_EVENT_PREFIX = "gateway.event.";

/** One thing that happened. `actor` is who did it: a caller's name, `gateway:<id>`, or `system`. */
export const JournalEvent = Type.Object(
  {
    id: Type.String(),
    type: Type.String({ description: "dotted, in the past tense" }),
    gatewayId: GatewayId,
    severity: Type.Enum(SEVERITIES),
    time: Rfc3339,
    actor: Type.String(),
    reason: Type.Optional(Type.String()),
    traceId: Type.Optional(
      Type.String({ description: "of the request that caused it, when that is traced" }),
    ),
    data: Document,
  },
  { ...closed, title: "JournalEvent" },
);
export type JournalEvent = Static<typeof JournalEvent>;

const HistoryEntry = Type.Object(
  {
    version: Count,
    section: Type.Enum(["desired", "reported"]),
    sectionVersion: Count,
    /** The merge patch with the effect of the change. */
    patch: Document,
    actor: Type.String(),
    reason: Type.Optional(Type.String()),
    time: Rfc3339,
  },
  { ...closed, title: "HistoryEntry" },
);
export type HistoryEntry = Static<typeof HistoryEntry>;

/** An event at its place in the journal: places grow by one, in the order in which events become visible. */
const TailedEvent = Type.Object({ seq: Count, event: JournalEvent }, closed);
export type TailedEvent = Static<typeof TailedEvent>;

export const journalActions = {
  /** Newest first when `orderBy` is not given. */
  "journal.list": {
    summary: "Everything that happened, newest first.",
    params: Type.Object(ListParams, closed),
    result: Type.Object({ events: Type.Array(JournalEvent), nextPageToken: Type.String() }, closed),
    rest: { method: "GET", path: "/v1/events", role: "viewer", body: "none" },
  },
  /** The changes of a twin, newest first; with `at` (a version or a time) the twin as it was then. */
  "journal.history": {
    summary: "The changes of a twin, newest first; with `at` the twin as it was then.",
    params: Type.Object(
      {
        gatewayId: GatewayId,
        pageSize: ListParams.pageSize,
        pageToken: ListParams.pageToken,
        at: Type.Optional(Type.String({ maxLength: 64, description: "a version, or a time in RFC 3339" })),
      },
      closed,
    ),
    result: Type.Union([
      Type.Object({ history: Type.Array(HistoryEntry), nextPageToken: Type.String() }, closed),
      Twin,
    ]),
    rest: {
      method: "GET",
      path: "/v1/gateways/:gatewayId/twin/history",
      role: "viewer",
      body: "none",
    },
  },
  /**
   * What comes after a place, oldest first; without `afterSeq` nothing but the place where the journal ends now.
   * `seq` is how far it was looked: at most `limit` events, so it may be before the end. Throws NO_LONGER_KEPT.
   */
  "journal.tail": {
    params: Type.Object(
      {
        afterSeq: Type.Optional(Count),
        gatewayId: Type.Optional(GatewayId),
        filter: Filter,
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
      },
      closed,
    ),
    result: Type.Object({ events: Type.Array(TailedEvent), seq: Count }, closed),
  },
} as const satisfies Record<string, ActionContract>;

export const journalWatches = {
  /** Events as they come. */
  "events.watch": {
    summary: "Events as they happen.",
    params: Type.Object({ filter: Filter, lastEventId: LastEventId }, closed),
    data: JournalEvent,
    rest: { path: "/v1/events:watch", role: "viewer" },
  },
  /** The twin as it is (event `twin`), then its changes. */
  "twins.watch": {
    summary: "The twin as it is (event `twin`), then its changes.",
    params: Type.Object({ gatewayId: GatewayId, lastEventId: LastEventId }, closed),
    data: Type.Union([Twin, JournalEvent]),
    rest: { path: "/v1/gateways/:gatewayId/twin:watch", role: "viewer" },
  },
} as const satisfies Record<string, WatchContract>;
