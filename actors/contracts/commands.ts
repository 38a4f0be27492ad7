import { type Static, Type } from "typebox";
import type { CommandCommand, CommandReply, Found } from "../command/contract.ts";
import type { Outcome } from "../runtime/actor.ts";
import type { Ask } from "../runtime/ask.ts";
import type { ActionContract } from "./action.ts";
import type { Edge } from "./edge.ts";
import { ListParams } from "./gateways.ts";
import { GatewayId } from "./ids.ts";
import type { JsonObject, JsonValue } from "./json.ts";

const closed = { additionalProperties: false } as const;
const Document = Type.Unsafe<JsonObject>(Type.Object({}));
const Value = Type.Unsafe<JsonValue>(Type.Unknown({ description: "any JSON value" }));
const Rfc3339 = Type.String({ description: "RFC 3339 in UTC" });
const Name = Type.String({ pattern: "^[A-Za-z][A-Za-z0-9_.-]{0,127}$" });
const Reason = Type.Optional(Type.String({ maxLength: 1024 }));

/** The gateway's id, with `~` for `:`, and a digest of the request. */
const CommandId = Type.String({
  pattern: "^[A-Za-z0-9][A-Za-z0-9_.~-]{0,127}\\.[A-Za-z0-9_-]{16}$",
  description: "Id of a command",
});

/** One that may be anything: which ids there can be is not for callers to know. */
const AskedId = Type.String({ pattern: "^[A-Za-z0-9_.~-]{1,256}$", description: "Id of a command" });

/** Higher ones overtake lower ones that wait. */
export const COMMAND_PRIORITIES = ["HIGH", "NORMAL", "LOW"] as const;
export type CommandPriority = (typeof COMMAND_PRIORITIES)[number];

/** How a command can end. `FAILED`: the gateway said so. `TIMED_OUT`: it said nothing until the deadline. */
const COMMAND_ENDS = ["SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELED"] as const;
export type CommandEnd = (typeof COMMAND_ENDS)[number];
export const COMMAND_STATES = ["PENDING", ...COMMAND_ENDS] as const;
export type CommandState = (typeof COMMAND_STATES)[number];

/** What went wrong, in the gateway's words. */
const CommandError = Type.Object(
  {
    code: Type.Union([Type.Integer(), Type.String({ maxLength: 128 })]),
    message: Type.String({ maxLength: 4096 }),
  },
  closed,
);
export type CommandError = Static<typeof CommandError>;

export const Command = Type.Object(
  {
    id: CommandId,
    gatewayId: GatewayId,
    name: Name,
    state: Type.Enum(COMMAND_STATES),
    result: Type.Optional(Value),
    error: Type.Optional(CommandError),
    createTime: Rfc3339,
    endTime: Type.Optional(Rfc3339),
  },
  closed,
);
export type Command = Static<typeof Command>;

/** The payload of an answer of a gateway, on `gw/{id}/res/...`; a gateway may say more than we know. */
export const CommandAnswer = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 256 }),
  status: Type.Enum(["OK", "ERROR"]),
  result: Type.Optional(Value),
  error: Type.Optional(Type.Object(CommandError.properties)),
});

const LogLine = Type.Object(
  {
    commandId: CommandId,
    seq: Type.Integer({ minimum: 0 }),
    level: Type.String(),
    text: Type.String(),
    /** The gateway's, when it gave one; else when the line came. */
    time: Rfc3339,
  },
  closed,
);
export type LogLine = Static<typeof LogLine>;

/**
 * What an edge tells of a gateway. `response`: an answer to a command. `log`: a line of a log. `hello`: it has
 * connected anew and listens; the payload does not matter.
 */
export type AnswerKind = "response" | "log" | "hello";
export type AnswerMessage = {
  readonly gatewayId: string;
  readonly kind: AnswerKind;
  readonly payload: Uint8Array;
};

export const DEFAULT_TIMEOUT_SECONDS = 10;
const MAX_TIMEOUT_SECONDS = 300;

const what = {
  name: Name,
  args: Type.Optional(Document),
  timeoutSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_TIMEOUT_SECONDS })),
  priority: Type.Optional(Type.Enum(COMMAND_PRIORITIES)),
  reason: Reason,
  /** These come from headers. */
  requestId: Type.Optional(Type.String({ maxLength: 256 })),
  by: Type.Optional(Type.String({ maxLength: 256 })),
};

const BatchResult = Type.Object(
  {
    gatewayId: GatewayId,
    command: Type.Optional(Command),
    /** The answer was too large to carry all results; this one is read with the command. */
    resultOmitted: Type.Optional(Type.Boolean()),
    error: Type.Optional(Type.Object({ reason: Type.String(), message: Type.String() }, closed)),
  },
  closed,
);
export type BatchResult = Static<typeof BatchResult>;

const Page = { pageSize: ListParams.pageSize, pageToken: ListParams.pageToken };
const NextPageToken = Type.String();

const ofGateway = "/v1/gateways/:gatewayId/commands";
const one = "/v1/commands/:commandId";
const waits = { param: "timeoutSeconds", defaultSeconds: DEFAULT_TIMEOUT_SECONDS } as const;

export const commandActions = {
  /** Returns when the command has ended, or at once with `async`. A request id has one command. */
  "commands.create": {
    params: Type.Object({ gatewayId: GatewayId, ...what, async: Type.Optional(Type.Boolean()) }, closed),
    result: Command,
    rest: { method: "POST", path: ofGateway, role: "operator", body: "fields", pendingStatus: 202, waits },
  },
  /** The same for many gateways, with one deadline for all; one result per gateway, in order. */
  "commands.batch": {
    params: Type.Object(
      {
        gatewayIds: Type.Array(GatewayId, { minItems: 1, maxItems: 1000, uniqueItems: true }),
        ...what,
        maxInProgress: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 1000, description: "50 when not given" }),
        ),
      },
      closed,
    ),
    result: Type.Object({ results: Type.Array(BatchResult) }, closed),
    rest: { method: "POST", path: "/v1/commands:batch", role: "operator", body: "fields", waits },
  },
  "commands.get": {
    params: Type.Object({ commandId: AskedId }, closed),
    result: Command,
    rest: { method: "GET", path: one, role: "viewer", body: "none" },
  },
  /** Newest first when nothing else is asked for. */
  "commands.list": {
    params: Type.Object({ gatewayId: GatewayId, ...ListParams }, closed),
    result: Type.Object({ commands: Type.Array(Command), nextPageToken: NextPageToken }, closed),
    rest: { method: "GET", path: ofGateway, role: "viewer", body: "none" },
  },
  /** One that has ended stays as it is. One that was sent may be carried out all the same. */
  "commands.cancel": {
    params: Type.Object({ commandId: AskedId, by: what.by, reason: Reason }, closed),
    result: Command,
    rest: { method: "POST", path: `${one}:cancel`, role: "operator", body: "fields" },
  },
  /** What the gateway has logged while it carried the command out, by its sequence numbers. */
  "commands.log": {
    params: Type.Object({ commandId: AskedId, ...Page }, closed),
    result: Type.Object({ log: Type.Array(LogLine), nextPageToken: NextPageToken }, closed),
    rest: { method: "GET", path: `${one}/log`, role: "viewer", body: "none" },
  },
  /** The same of all its commands, as it came, newest first. */
  "commands.gatewayLog": {
    params: Type.Object({ gatewayId: GatewayId, ...Page }, closed),
    result: Type.Object({ commandLog: Type.Array(LogLine), nextPageToken: NextPageToken }, closed),
    rest: { method: "GET", path: "/v1/gateways/:gatewayId/commandLog", role: "viewer", body: "none" },
  },
  /** Ends the commands of a gateway that is being deleted. */
  "commands.remove": {
    params: Type.Object({ gatewayId: GatewayId, by: Type.String() }, closed),
    result: Type.Null(),
  },
  /** A micro-batch from an edge to one owner; one outcome per message, in order, each after its commit. */
  "commands.ingest": {
    params: Type.Unsafe<{ readonly edge: Edge; readonly messages: readonly AnswerMessage[] }>({}),
    result: Type.Unsafe<readonly Outcome<null>[]>({}),
  },
  /**
   * The command as the called node, pinned to it as the owner, knows it: when it has ended, or after `waitMs`
   * milliseconds, or when the node is no longer the owner.
   */
  "commands.await": {
    params: Type.Object(
      { commandId: CommandId, waitMs: Type.Number({ minimum: 0, maximum: 10_000 }) },
      closed,
    ),
    result: Type.Unsafe<Outcome<Found>>({}),
  },
  /** As `twins.ask`. */
  "commands.ask": {
    params: Type.Unsafe<{ readonly asks: readonly Ask<CommandCommand>[] }>({}),
    result: Type.Unsafe<readonly Outcome<CommandReply>[]>({}),
  },
} as const satisfies Record<string, ActionContract>;
