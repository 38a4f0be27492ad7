import type { Context, Decision } from "../../runtime/actor.ts";
import type { ConfigCommands, ConfigEvent } from "../contract.ts";
import { type ConfigRules, reconcile } from "../reconcile.ts";
import { type ConfigState, EMPTY_CONFIG } from "../state.ts";

/** The gateway was deleted: a later one of the same id starts anew. Whether it is there, is presence's word. */
export function twinRemoved(
  rules: ConfigRules,
  state: ConfigState,
  { order }: ConfigCommands["twinRemoved"]["params"],
  context: Context,
): Decision<ConfigEvent, null> {
  if (!state.twin || order < state.twin.order) return { reply: null };
  return reconcile(state, { ...EMPTY_CONFIG, presence: state.presence }, rules, context);
}
