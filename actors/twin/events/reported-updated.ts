import type { Context } from "../../runtime/actor.ts";
import type { TwinEvents } from "../contract.ts";
import { advance } from "../sequence.ts";
import type { TwinState } from "../state.ts";
import { applyToSection } from "./apply.ts";

export function reportedUpdated(
  state: TwinState,
  event: TwinEvents["twin.reported.updated"],
  { now }: Context,
): TwinState {
  const reported = applyToSection(state.reported, event.patch, now, event.bytes);
  const after = { ...advance(state, event), version: state.version + 1, reported };
  return state.desired.trace !== undefined && isAnswer(event) ? withoutTrace(after) : after;
}

/** Does the gateway have, or has it refused, all that is desired? */
export function isAnswer({ sync }: Pick<TwinEvents["twin.reported.updated"], "sync">): boolean {
  return sync !== undefined && sync.state !== "open";
}

function withoutTrace({ desired: { trace: _, ...desired }, ...state }: TwinState): TwinState {
  return { ...state, desired };
}
