import type { Context, Decision } from "../../runtime/actor.ts";
import { CHECKS, DEADLINE, finishedEvent } from "../changes.ts";
import type { CommandCommands, CommandEvent } from "../contract.ts";
import type { CommandLimits } from "../limits.ts";
import { type GatewayCommands, NO_COMMANDS } from "../state.ts";

/** The gateway is being deleted: whoever waits for one of its commands is told that it is canceled. */
export function removeCommands(
  _limits: CommandLimits,
  state: GatewayCommands,
  { by }: CommandCommands["removeCommands"]["params"],
  _context: Context,
): Decision<CommandEvent, null> {
  if (state === NO_COMMANDS) return { reply: null };
  const reason = "the gateway was deleted";
  const ends = state.open.map((command) => finishedEvent(command, "CANCELED", { by, reason }));
  return {
    events: [...ends, { type: "command.all.removed", by }],
    timers: [DEADLINE, ...CHECKS].map((name) => ({ name, at: null })),
    reply: null,
  };
}
