import type { Context, Decision } from "../../runtime/actor.ts";
import type { TwinCommands, TwinEvent, TwinView } from "../contract.ts";
import { checkDocument } from "../document-limits.ts";
import { minimizePatch } from "../merge-patch.ts";
import { ownDesired } from "../profiles.ts";
import type { TwinState } from "../state.ts";
import { changeDesired } from "./change-desired.ts";
import type { TwinRules } from "./rules.ts";

/** RFC 7396 on desired. */
export function updateDesired(
  rules: TwinRules,
  state: TwinState,
  params: TwinCommands["updateDesired"]["params"],
  context: Context,
): Decision<TwinEvent, TwinView> {
  return changeDesired(rules, state, params, context, () => {
    checkDocument("desired patch", params.patch, rules.limits);
    return minimizePatch(ownDesired(state), params.patch);
  });
}
