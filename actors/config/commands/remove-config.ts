import type { Context, Decision } from "../../runtime/actor.ts";
import type { ConfigEvent } from "../contract.ts";
import { type ConfigRules, reconcile } from "../reconcile.ts";
import { type ConfigState, EMPTY_CONFIG } from "../state.ts";

/** The gateway is being deleted. Words that are still on their way end with those that its twin and presence are gone. */
export function removeConfig(
  rules: ConfigRules,
  state: ConfigState,
  _params: Record<never, never>,
  context: Context,
): Decision<ConfigEvent, null> {
  return reconcile(state, EMPTY_CONFIG, rules, context);
}
