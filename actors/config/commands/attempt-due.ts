import type { Context, Decision } from "../../runtime/actor.ts";
import type { ConfigEvent } from "../contract.ts";
import { type ConfigRules, reconcile } from "../reconcile.ts";
import type { ConfigState } from "../state.ts";

/** The gateway has had its time to answer. */
export function attemptDue(
  rules: ConfigRules,
  state: ConfigState,
  _params: Record<never, never>,
  context: Context,
): Decision<ConfigEvent, null> {
  return reconcile(state, state, rules, context);
}
