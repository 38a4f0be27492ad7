import type { JsonObject } from "../../contracts/json.ts";
import type { Context, Decision } from "../../runtime/actor.ts";
import type { TwinCommands, TwinEvent, TwinView } from "../contract.ts";
import { checkDocument } from "../document-limits.ts";
import { applyMergePatch, diffAsPatch } from "../merge-patch.ts";
import { ownDesired } from "../profiles.ts";
import type { TwinState } from "../state.ts";
import { changeDesired } from "./change-desired.ts";
import type { TwinRules } from "./rules.ts";

/** The whole desired state anew. */
export function replaceDesired(
  rules: TwinRules,
  state: TwinState,
  params: TwinCommands["replaceDesired"]["params"],
  context: Context,
): Decision<TwinEvent, TwinView> {
  return changeDesired(rules, state, params, context, () => replacement(rules, state, params.state));
}

/** Null members mean "absent" in a section, as in every merge patch. */
export function replacement(
  rules: TwinRules,
  state: TwinState,
  document: JsonObject,
): JsonObject | undefined {
  checkDocument("desired state", document, rules.limits);
  return diffAsPatch(ownDesired(state), applyMergePatch({}, document));
}
