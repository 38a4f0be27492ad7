import type { Decision } from "../../runtime/actor.ts";
import type { ConfigCommands, ConfigEvent } from "../contract.ts";
import { type ConfigRules, changesOf } from "../reconcile.ts";
import type { ConfigState } from "../state.ts";

/** Of a twin that nobody has spoken of it is not counted: a late word must not bring back what was removed. */
export function countTraffic(
  _rules: ConfigRules,
  state: ConfigState,
  { sent, saved }: ConfigCommands["countTraffic"]["params"],
): Decision<ConfigEvent, null> {
  if (!state.twin) return { reply: null };
  const after = { ...state, sent: state.sent + sent, saved: state.saved + saved };
  return { events: changesOf(state, after), reply: null };
}
