import { type Static, type TSchema, Type } from "typebox";
import { SEVERITIES } from "./severity.ts";

/**
 * Payloads of the native MQTT dialect, gateway to server (`gw/{id}/up/{kind}`): contract section 3.
 * Unknown keys are refused everywhere but in `board`, which the gateway may extend.
 */
const closed = { additionalProperties: false } as const;

/** Any JSON object; checked further by whoever takes it in. */
const Document = Type.Object({});
const Boot = Type.String({ minLength: 1, maxLength: 128 });
const Token = Type.String({ maxLength: 128 });
const Sequence = Type.Integer({ minimum: 0 });
const Version = Type.Integer({ minimum: 0 });
const EpochMs = Type.Integer({ minimum: 0 });
const Id = Type.String({ minLength: 1, maxLength: 128 });
const Text = Type.String({ maxLength: 16_384 });
const Scalar = Type.Union([Type.Number(), Type.String(), Type.Boolean()]);
const Reading = Type.Object(
  { ts: Type.Optional(EpochMs), values: Type.Record(Type.String(), Scalar) },
  closed,
);

export const UP_PAYLOADS = {
  hello: Type.Object(
    {
      boot: Boot,
      firmware: Type.Optional(Type.String({ maxLength: 128 })),
      desiredVersion: Type.Optional(Version),
      desiredHash: Type.Optional(Type.String({ maxLength: 128 })),
      board: Type.Optional(Document),
      cameras: Type.Optional(
        Type.Array(
          Type.Object({ id: Id, name: Type.Optional(Text), ptz: Type.Optional(Type.Boolean()) }, closed),
          { maxItems: 64 },
        ),
      ),
    },
    closed,
  ),
  reported: Type.Object(
    {
      state: Document,
      boot: Type.Optional(Boot),
      seq: Type.Optional(Sequence),
      ts: Type.Optional(EpochMs),
      version: Type.Optional(Version),
      token: Type.Optional(Token),
    },
    closed,
  ),
  telemetry: Type.Union([Reading, Type.Array(Reading, { maxItems: 10_000 })]),
  heartbeat: Type.Object({ ts: Type.Optional(EpochMs), board: Document }, closed),
  event: Type.Object(
    {
      id: Type.Optional(Id),
      type: Id,
      severity: Type.Optional(Type.Enum(SEVERITIES)),
      ts: Type.Optional(EpochMs),
      data: Type.Optional(Document),
    },
    closed,
  ),
  log: Type.Object(
    {
      commandId: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
      taskId: Type.Optional(Id),
      seq: Sequence,
      level: Type.Optional(Id),
      text: Text,
      ts: Type.Optional(EpochMs),
    },
    closed,
  ),
  task: Type.Object(
    {
      taskId: Id,
      attempt: Type.Integer({ minimum: 0 }),
      phase: Type.Enum([
        "ACCEPTED",
        "DOWNLOADING",
        "DOWNLOADED",
        "INSTALLING",
        "REBOOTING",
        "CONFIRMED",
        "FAILED",
        "REJECTED",
      ]),
      percent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
      version: Type.Optional(Type.String({ maxLength: 128 })),
      error: Type.Optional(Type.Object({ code: Type.Union([Type.Integer(), Id]), message: Text }, closed)),
    },
    closed,
  ),
  get: Type.Object({ token: Type.Optional(Token) }, closed),
  bye: Type.Object({ boot: Boot, reason: Type.Optional(Text) }, closed),
} as const satisfies Record<string, TSchema>;

export type UpKind = keyof typeof UP_PAYLOADS;
export type UpPayload<Kind extends UpKind> = Static<(typeof UP_PAYLOADS)[Kind]>;

export function isUpKind(kind: string): kind is UpKind {
  return Object.hasOwn(UP_PAYLOADS, kind);
}
