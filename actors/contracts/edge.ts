import { Type } from "typebox";
import type { ActionContract } from "./action.ts";
import { GatewayId } from "./ids.ts";

const closed = { additionalProperties: false } as const;

/** The services that hold the way to gateways. */
export const EDGES = ["mqtt-front", "mqtt-bridge"] as const;
export type Edge = (typeof EDGES)[number];

/** A message for a gateway, on `gw/{gatewayId}/down/{topic}`. The payload is JSON text, made once by its author. */
export const DownMessage = Type.Object(
  {
    gatewayId: GatewayId,
    topic: Type.String(),
    payload: Type.String(),
    /** A W3C traceparent, when what has caused it is traced. */
    trace: Type.Optional(Type.String()),
  },
  closed,
);
export type DownMessage = {
  readonly gatewayId: string;
  readonly topic: string;
  readonly payload: string;
  readonly trace?: string;
};

const deliver = {
  params: Type.Object({ messages: Type.Array(DownMessage) }, closed),
  /** Which of them (by index) have no way to their gateway here. */
  result: Type.Object({ missing: Type.Array(Type.Integer({ minimum: 0 })) }, closed),
};

export const edgeActions = {
  /** Pinned to the node that is believed to hold the connections. */
  "mqtt-front.deliver": deliver,
  "mqtt-bridge.deliver": deliver,
} as const satisfies Record<string, ActionContract>;
