import type { Context, Decision } from "../../runtime/actor.ts";
import type { TwinCommands, TwinEvent, TwinView } from "../contract.ts";
import type { TwinState } from "../state.ts";
import { changeDesired } from "./change-desired.ts";
import { changeOf, type TwinRules } from "./rules.ts";

/** RFC 7396 on desired. */
export function updateDesired(
  rules: TwinRules,
  state: TwinState,
  params: TwinCommands["updateDesired"]["params"],
  context: Context,
): Decision<TwinEvent, TwinView> {
  return changeDesired(state, params, context, () => changeOf(rules, "desired", state, params.patch));
}
