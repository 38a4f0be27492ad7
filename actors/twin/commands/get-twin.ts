import type { Context, Decision } from "../../runtime/actor.ts";
import type { TwinEvent, TwinView } from "../contract.ts";
import type { TwinState } from "../state.ts";
import { viewOf } from "../view.ts";
import type { TwinRules } from "./rules.ts";

export function getTwin(
  _rules: TwinRules,
  state: TwinState,
  _params: Record<never, never>,
  { actorId }: Context,
): Decision<TwinEvent, TwinView> {
  return { reply: viewOf(actorId, state) };
}
