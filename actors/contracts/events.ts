import { type TSchema, Type } from "typebox";
import { GatewayId } from "./ids.ts";
import type { JsonValue } from "./json.ts";

const closed = { additionalProperties: false } as const;

/**
 * Hints between services, sent to every node. They may be lost and nobody hears when a handler fails: what must
 * happen goes over the event bus instead.
 */
export const EVENTS = {
  /** The secret is another one, or the gateway is gone: open connections must end. */
  "gateways.credentialsRevoked": Type.Object({ gatewayId: GatewayId }, closed),
  /** To whichever edge holds the gateway's connection; `topic` is below `gw/{gatewayId}/down/`. */
  "downlink.send": Type.Object(
    { gatewayId: GatewayId, topic: Type.String(), payload: Type.Unsafe<JsonValue>({}) },
    closed,
  ),
} as const satisfies Record<string, TSchema>;
