import { Type } from "typebox";
import { Compile } from "typebox/compile";
import type { Input } from "./gateway-model.ts";

const State = Type.Record(Type.String(), Type.Unknown());
const Version = Type.Integer({ minimum: 0 });

const isDelta = Compile(Type.Object({ version: Version, state: State }));
const isDesired = Compile(Type.Object({ version: Version, state: State, hash: Type.String() }));
const isAck = Compile(
  Type.Object({ boot: Type.Optional(Type.String()), seq: Type.Optional(Type.Integer()) }),
);
const isError = Compile(
  Type.Object({
    topic: Type.String(),
    reason: Type.String(),
    message: Type.String(),
    seq: Type.Optional(Type.Integer()),
  }),
);

/** `ignored`: a kind this gateway has no use for. `malformed`: a message the contract does not allow. */
type DownMessage = Input<"delta" | "desired" | "acked" | "refused"> | "ignored" | "malformed";

type Reader = (message: unknown, now: number) => DownMessage;

const readers: Readonly<Record<string, Reader>> = {
  delta: (message, now) =>
    isDelta.Check(message)
      ? { type: "delta", version: message.version, state: message.state, now }
      : "malformed",
  desired: (message, now) =>
    isDesired.Check(message)
      ? { type: "desired", version: message.version, state: message.state, hash: message.hash, now }
      : "malformed",
  ack: (message) =>
    isAck.Check(message) ? { type: "acked", boot: message.boot, seq: message.seq } : "malformed",
  error: (message) =>
    isError.Check(message)
      ? {
          type: "refused",
          seq: message.seq,
          reason: `${message.topic}: ${message.reason} ${message.message}`,
        }
      : "malformed",
};

export function readDownMessage(topic: string, payload: string, now: number): DownMessage {
  const reader = readers[topic.slice(topic.lastIndexOf("/") + 1)];
  if (!reader) return "ignored";
  try {
    return reader(JSON.parse(payload), now);
  } catch {
    return "malformed";
  }
}
