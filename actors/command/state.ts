import type { CommandEnd, CommandError, CommandPriority } from "../contracts/commands.ts";
import type { JsonObject, JsonValue } from "../contracts/json.ts";
import type { Trace } from "../runtime/spans.ts";

/** Times in epoch milliseconds. */
export type OpenCommand = {
  readonly id: string;
  readonly name: string;
  readonly args: JsonObject;
  readonly priority: CommandPriority;
  readonly createTime: number;
  readonly deadline: number;
  /** What it is part of, from the caller to the gateway's answer. */
  readonly trace?: Trace;
};

export type EndedCommand = {
  readonly id: string;
  readonly name: string;
  readonly state: CommandEnd;
  readonly result?: JsonValue;
  readonly error?: CommandError;
  readonly createTime: number;
  readonly endTime: number;
};

export type GatewayCommands = {
  /** Oldest first. */
  readonly open: readonly OpenCommand[];
  /** Those that ended last, newest last. */
  readonly ended: readonly EndedCommand[];
  /** Digests of the ids of those that ended before them, newest last: a request that comes again is known by them. */
  readonly left: readonly string[];
};

export const NO_COMMANDS: GatewayCommands = { open: [], ended: [], left: [] };

/** How many ended ones are kept, as long as their results are not too much. */
export const KEPT_ENDED = 20;
export const KEPT_ENDED_BYTES = 128 * 1024;
export const KEPT_LEFT = 200;
