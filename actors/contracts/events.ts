import { type TSchema, Type } from "typebox";
import { DownMessage } from "./edge.ts";
import { GatewayId } from "./ids.ts";

const closed = { additionalProperties: false } as const;

/**
 * Hints between services, sent to every node. They may be lost and nobody hears when a handler fails: what must
 * happen goes over the event bus instead.
 */
export const EVENTS = {
  /** There was none of these ids before. */
  "gateways.created": Type.Object({ gatewayIds: Type.Array(GatewayId) }, closed),
  /** The secret is another one, or the gateway is gone: open connections must end. */
  "gateways.credentialsRevoked": Type.Object({ gatewayId: GatewayId }, closed),
  /** Its name or labels are other ones, or it is gone: what is remembered of it is old. */
  "gateways.changed": Type.Object({ gatewayId: GatewayId }, closed),
  /** Tokens of these principals may be worth less than they were, or nothing. */
  "access.revoked": Type.Object({ names: Type.Array(Type.String()) }, closed),
  /** To every front: deliver those whose gateway is connected here. For when nobody knows where it is. */
  "downlink.send": Type.Object({ messages: Type.Array(DownMessage) }, closed),
  /** To one bridge, whichever: give these to the broker. */
  "downlink.publish": Type.Object({ messages: Type.Array(DownMessage) }, closed),
  /**
   * These clients have connected to that front, so many milliseconds ago: another front that has the same client
   * closes its link, when that is older.
   */
  "edge.connected": Type.Object(
    {
      nodeId: Type.String(),
      links: Type.Array(
        Type.Object(
          { gatewayId: GatewayId, clientId: Type.String(), ageMs: Type.Number({ minimum: 0 }) },
          closed,
        ),
      ),
    },
    closed,
  ),
  /** The journal goes on to this place at least. */
  "journal.appended": Type.Object({ seq: Type.Integer({ minimum: 0 }) }, closed),
} as const satisfies Record<string, TSchema>;
