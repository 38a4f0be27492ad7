import type { Context, Decision } from "../../runtime/actor.ts";
import { DEADLINE, following, nextDeadline, timedOut } from "../changes.ts";
import type { CommandCommands, CommandEvent } from "../contract.ts";
import type { CommandLimits } from "../limits.ts";
import type { GatewayCommands } from "../state.ts";

/** Ends what was not answered in time. */
export function deadlineDue(
  _limits: CommandLimits,
  state: GatewayCommands,
  _params: CommandCommands["deadlineDue"]["params"],
  context: Context,
): Decision<CommandEvent, null> {
  const ends = timedOut(state, context);
  // A timer that has fired is gone: when the clock was set back, it is set again.
  if (ends.length === 0) return { timers: [{ name: DEADLINE, at: nextDeadline(state) }], reply: null };
  return { ...following(state, ends, context), reply: null };
}
