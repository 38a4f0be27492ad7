import { type Static, Type } from "typebox";
import type { Outcome } from "../runtime/actor.ts";
import type { Ask } from "../runtime/ask.ts";
import type { ProfileLayer, TwinCommand, TwinReply, TwinView } from "../twin/contract.ts";
import type { ActionContract } from "./action.ts";
import type { Edge } from "./edge.ts";
import { ListParams } from "./gateways.ts";
import { GatewayId } from "./ids.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import type { UpKind } from "./payloads.ts";

const closed = { additionalProperties: false } as const;
const Document = Type.Unsafe<JsonObject>(Type.Object({}));
const Rfc3339 = Type.String({ description: "RFC 3339 in UTC" });
const Count = Type.Integer({ minimum: 0 });

const Section = Type.Object(
  {
    state: Document,
    version: Count,
    updateTime: Rfc3339,
    /** With `view=FULL`: the state's shape, with the time of the last change in each leaf. */
    metadata: Type.Optional(Document),
    /** Of desired, with `view=FULL`: the state's shape, with where each leaf comes from: `gateway` or `configProfiles/{id}`. */
    sources: Type.Optional(Document),
  },
  { ...closed, title: "Section" },
);

export const Twin = Type.Object(
  {
    gatewayId: GatewayId,
    version: Count,
    desired: Section,
    reported: Section,
    delta: Document,
    inSync: Type.Boolean(),
    createTime: Rfc3339,
    updateTime: Rfc3339,
  },
  { ...closed, title: "Twin" },
);
export type Twin = Static<typeof Twin>;

const View = Type.Optional(Type.Enum(["BASIC", "FULL"]));

/** What all changes of desired may carry; the first two come from headers. */
const change = {
  gatewayId: GatewayId,
  expectedVersion: Type.Optional(Count),
  requestId: Type.Optional(Type.String({ maxLength: 256 })),
  by: Type.Optional(Type.String({ maxLength: 256 })),
  reason: Type.Optional(Type.String({ maxLength: 1024 })),
};

const twinPath = "/v1/gateways/:gatewayId/twin";
const desiredPath = `${twinPath}/desired`;

/** One message of a gateway as an edge hands it on: the payload is not looked into before it is here. */
export type UpMessage = {
  readonly gatewayId: string;
  readonly kind: UpKind;
  readonly payload: Uint8Array;
};

/** An answer to a gateway; the payload is JSON text, made once by the owner. */
export type EncodedAnswer = { readonly topic: string; readonly payload: string };

/** What a reader may cache under the token, if there is one; see `ReadLeases`. */
export type LentTwin = { readonly view: TwinView; readonly token?: string };

export const twinActions = {
  "twins.get": {
    summary: "The twin of a gateway; FULL adds times and sources of each leaf.",
    params: Type.Object({ gatewayId: GatewayId, view: View }, closed),
    result: Twin,
    rest: { method: "GET", path: twinPath, role: "viewer", body: "none" },
  },
  "twins.list": {
    summary: "Twins that a filter over desired, reported, labels and more chooses.",
    params: Type.Object({ ...ListParams, view: View }, closed),
    result: Type.Object({ twins: Type.Array(Twin), nextPageToken: Type.String() }, closed),
    rest: { method: "GET", path: "/v1/twins", role: "viewer", body: "none" },
  },
  "twins.updateDesired": {
    summary: "Lays a merge patch (RFC 7396) over desired.",
    params: Type.Object({ ...change, patch: Document }, closed),
    result: Twin,
    rest: {
      method: "PATCH",
      path: desiredPath,
      role: "operator",
      body: { param: "patch" },
      contentTypes: ["application/merge-patch+json", "application/json"],
    },
  },
  "twins.patchDesired": {
    summary: "Applies a JSON Patch (RFC 6902) to desired.",
    params: Type.Object(
      {
        ...change,
        operations: Type.Unsafe<readonly JsonValue[]>(Type.Array(Type.Unknown(), { maxItems: 1000 })),
      },
      closed,
    ),
    result: Twin,
    rest: {
      method: "PATCH",
      path: desiredPath,
      role: "operator",
      body: { param: "operations" },
      contentTypes: ["application/json-patch+json"],
    },
  },
  "twins.replaceDesired": {
    summary: "Replaces desired.",
    params: Type.Object({ ...change, state: Document }, closed),
    result: Twin,
    rest: { method: "PUT", path: desiredPath, role: "operator", body: { param: "state" } },
  },
  /** Forgets the twin of a gateway that is being deleted. */
  "twins.remove": {
    params: Type.Object({ gatewayId: GatewayId, by: Type.String() }, closed),
    result: Type.Null(),
  },
  /**
   * Lays these profiles, and no others, under the gateways' own desired values; at most 1000 gateways. One outcome per
   * gateway, in order. Only the first of them, at least one, when one reply cannot carry all, or when it takes long:
   * the rest is to be asked again.
   */
  "twins.layProfiles": {
    params: Type.Unsafe<{
      readonly gateways: readonly { readonly gatewayId: string; readonly layers: readonly ProfileLayer[] }[];
    }>({}),
    result: Type.Unsafe<readonly Outcome<TwinView>[]>({}),
  },
  /**
   * Sends gateways, at most 1000, what they miss of desired and have not refused; `full`: the whole of desired in any
   * case. Returns when it is on its way; throws what was the matter with the first that it could not be sent to.
   */
  "twins.deliver": {
    params: Type.Unsafe<{
      readonly deliveries: readonly { readonly gatewayId: string; readonly full: boolean }[];
    }>({}),
    result: Type.Null(),
  },
  /** A micro-batch from an edge to one owner; one outcome per message, in order, each after its commit. */
  "twins.ingest": {
    params: Type.Unsafe<{ readonly edge: Edge; readonly messages: readonly UpMessage[] }>({}),
    result: Type.Unsafe<readonly Outcome<readonly EncodedAnswer[]>[]>({}),
  },
  /**
   * Commands to actors that the called node owns, pinned to it; one outcome each, in order. Only the first of them,
   * at least one, when one reply cannot carry all: the rest is to be asked again. Changes carry a request id.
   */
  "twins.ask": {
    params: Type.Unsafe<{ readonly asks: readonly Ask<TwinCommand>[] }>({}),
    result: Type.Unsafe<readonly Outcome<TwinReply>[]>({}),
  },
  /** Views of twins for a reader that caches them; else as `twins.ask`. */
  "twins.lend": {
    params: Type.Unsafe<{ readonly gatewayIds: readonly string[] }>({}),
    result: Type.Unsafe<readonly Outcome<LentTwin>[]>({}),
  },
} as const satisfies Record<string, ActionContract>;
