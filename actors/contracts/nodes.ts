import { type Static, Type } from "typebox";
import type { ActionContract } from "./action.ts";

const closed = { additionalProperties: false } as const;

export const LogLevel = Type.Enum(["trace", "debug", "info", "warn", "error", "fatal"]);
export type LogLevel = Static<typeof LogLevel>;

const Module = Type.String({
  pattern: "^(\\*|[a-z0-9$_.-]{1,64})$",
  description: "A part of the node, as the field log.logger has it; * is all of it",
});
export const DEFAULT_TTL_SECONDS = 900;

const Wish = {
  level: LogLevel,
  module: Type.Optional(Module),
  ttlSeconds: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 86_400,
      description: `After this it is as before; ${DEFAULT_TTL_SECONDS} when not given`,
    }),
  ),
};

const LogLevelChange = Type.Object(
  { level: LogLevel, module: Module, expireTime: Type.String({ description: "RFC 3339 in UTC" }) },
  { ...closed, title: "LogLevelChange" },
);

/** What an admin may do to one node. */
export const nodeActions = {
  /**
   * All loggers of the node, or those of a module, those that exist too, have the level until the time is over. A node
   * hands what is for another one on to it. Throws NODE_NOT_FOUND.
   */
  "node.setLogLevel": {
    summary: "Logs more or less on a node for a while; then it logs as before.",
    params: Type.Object({ nodeId: Type.String({ minLength: 1, maxLength: 256 }), ...Wish }, closed),
    result: LogLevelChange,
    rest: { method: "POST", path: "/v1/nodes/:nodeId:setLogLevel", role: "admin", body: "fields" },
  },
} as const satisfies Record<string, ActionContract>;
