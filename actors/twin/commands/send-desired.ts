import type { Context, Decision } from "../../runtime/actor.ts";
import type { TwinCommands, TwinEvent } from "../contract.ts";
import type { TwinState } from "../state.ts";
import { asDownlinks, deltaAnswer, desiredAnswer } from "../view.ts";
import type { TwinRules } from "./rules.ts";

/** The gateway is told again: what it misses and has not refused, or the full document. */
export function sendDesired(
  _rules: TwinRules,
  state: TwinState,
  { full }: TwinCommands["sendDesired"]["params"],
  { actorId, now }: Context,
): Decision<TwinEvent, null> {
  const answers = full ? [desiredAnswer(state)] : deltaAnswer(state, now);
  return { reply: null, downlinks: asDownlinks(actorId, answers) };
}
