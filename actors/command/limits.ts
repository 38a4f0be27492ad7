import type { CommandError, CommandPriority } from "../contracts/commands.ts";
import { DomainError } from "../contracts/errors.ts";
import type { JsonObject, JsonValue } from "../contracts/json.ts";
import { DEFAULT_LIMITS, type Limits } from "../contracts/limits.ts";
import { checkDocument, exactBytes } from "../twin/document-limits.ts";
import type { OpenCommand } from "./state.ts";

export type CommandLimits = Pick<Limits, "depth" | "keyBytes"> & {
  /** Of the args, and of the result, as JSON text. */
  readonly documentBytes: number;
  /** Open commands of a gateway when one of the priority is added. */
  readonly open: Readonly<Record<CommandPriority, number>>;
  /** Of the args of all open commands of a gateway. */
  readonly openBytes: number;
};

/** What has priority still finds room where the others find none. */
export const COMMAND_LIMITS: CommandLimits = {
  depth: DEFAULT_LIMITS.depth,
  keyBytes: DEFAULT_LIMITS.keyBytes,
  documentBytes: 64 * 1024,
  open: { HIGH: 100, NORMAL: 80, LOW: 60 },
  openBytes: 512 * 1024,
};

export function checkArgs(args: JsonObject, limits: CommandLimits): void {
  checkDocument("args", args, { ...DEFAULT_LIMITS, ...limits });
  const limit = limits.documentBytes;
  if (exactBytes(args) > limit) throw new DomainError("PAYLOAD_TOO_LARGE", { what: "args", limit });
}

/** Why a result cannot be kept; undefined when it can. */
export function resultProblem(result: JsonValue, limits: CommandLimits): CommandError | undefined {
  try {
    // Before the text is made: nesting without end has none.
    checkDocument("result", result, { ...DEFAULT_LIMITS, ...limits });
  } catch (error) {
    if (error instanceof DomainError) return { code: error.type, message: error.message };
    throw error;
  }
  const size = exactBytes(result);
  const limit = limits.documentBytes;
  if (size <= limit) return undefined;
  return {
    code: "RESULT_TOO_LARGE",
    message: `The result has ${size} bytes; at most ${limit} are kept. The gateway has carried the command out.`,
  };
}

export function checkRoom(
  gatewayId: string,
  open: readonly OpenCommand[],
  { args, priority }: Pick<OpenCommand, "args" | "priority">,
  limits: CommandLimits,
): void {
  const bytes = open.reduce((sum, command) => sum + exactBytes(command.args), exactBytes(args));
  if (open.length < limits.open[priority] && bytes <= limits.openBytes) return;
  throw new DomainError("TOO_MANY_COMMANDS", { gatewayId, open: open.length });
}
