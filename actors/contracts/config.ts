import { type Static, Type } from "typebox";
import type { ConfigCommand, ConfigReply } from "../config/contract.ts";
import type { Outcome } from "../runtime/actor.ts";
import type { Ask } from "../runtime/ask.ts";
import type { ActionContract } from "./action.ts";
import { GatewayId } from "./ids.ts";

const closed = { additionalProperties: false } as const;
const Rfc3339 = Type.String({ description: "RFC 3339 in UTC" });
const Count = Type.Integer({ minimum: 0 });

/**
 * `IN_SYNC`: reported has all that is desired. `PENDING`: it has not, and the gateway is not there. `DELIVERING`: it is
 * being told. `FAILED`: it was told often enough, or refuses; see `lastError`.
 */
export const CONFIG_PHASES = ["IN_SYNC", "PENDING", "DELIVERING", "FAILED"] as const;
export type ConfigPhase = (typeof CONFIG_PHASES)[number];

/** A setting that the gateway refused: `path` as a JSON pointer (RFC 6901) into desired. */
const Refusal = Type.Object({ path: Type.String(), code: Type.Integer(), text: Type.String() }, closed);
export type Refusal = Static<typeof Refusal>;

const LastError = Type.Object(
  {
    reason: Type.Enum(["NO_RESPONSE", "REFUSED"]),
    message: Type.String(),
    /** With `REFUSED`. */
    refused: Type.Optional(Type.Array(Refusal)),
    time: Rfc3339,
  },
  closed,
);

export const Config = Type.Object(
  {
    gatewayId: GatewayId,
    phase: Type.Enum(CONFIG_PHASES),
    desiredVersion: Count,
    /** Deliveries since the last change, resync or connect. */
    attempts: Count,
    nextAttemptTime: Type.Union([Rfc3339, Type.Null()]),
    lastError: Type.Union([LastError, Type.Null()]),
    /** Since when reported differs from desired; 0 in sync. */
    lagSeconds: Type.Number({ minimum: 0 }),
    /** Of desired values and answers to hello: payload bytes sent, and those that a full document each time would have added. */
    traffic: Type.Object({ bytesSent: Count, bytesSaved: Count }, closed),
  },
  { ...closed, title: "Config" },
);
export type Config = Static<typeof Config>;

/** What configuration has cost a gateway, since the last such word (bytes). */
export type Traffic = { readonly gatewayId: string; readonly sent: number; readonly saved: number };

const configPath = "/v1/gateways/:gatewayId/config";

export const configActions = {
  "config.get": {
    summary: "How far the gateway has taken over what is desired.",
    params: Type.Object({ gatewayId: GatewayId }, closed),
    result: Config,
    rest: { method: "GET", path: configPath, role: "viewer", body: "none" },
  },
  /** Begins anew with the full document: at once, or when the gateway is back. */
  "config.resync": {
    summary: "Sends the whole of desired again.",
    params: Type.Object({ gatewayId: GatewayId }, closed),
    result: Config,
    rest: { method: "POST", path: `${configPath}:resync`, role: "operator", body: "none" },
  },
  /** How many gateways there are in each phase; seconds late at most. */
  "config.summary": {
    params: Type.Object({}, closed),
    result: Type.Object({ counts: Type.Record(Type.Enum(CONFIG_PHASES), Count) }, closed),
  },
  /** Forgets the configuration state of a gateway that is being deleted. */
  "config.remove": {
    params: Type.Object({ gatewayId: GatewayId }, closed),
    result: Type.Null(),
  },
  "config.countTraffic": {
    params: Type.Unsafe<{ readonly traffic: readonly Traffic[] }>({}),
    result: Type.Null(),
  },
  /** As `twins.ask`. */
  "config.ask": {
    params: Type.Unsafe<{ readonly asks: readonly Ask<ConfigCommand>[] }>({}),
    result: Type.Unsafe<readonly Outcome<ConfigReply>[]>({}),
  },
} as const satisfies Record<string, ActionContract>;
