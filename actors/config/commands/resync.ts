import type { Context, Decision } from "../../runtime/actor.ts";
import type { ConfigCommands, ConfigEvent, ConfigView } from "../contract.ts";
import { apply } from "../events/apply.ts";
import { type ConfigRules, reconcile } from "../reconcile.ts";
import type { ConfigState } from "../state.ts";
import { viewOf } from "../view.ts";

/** Begins anew, with the full document: at once, or when the gateway is back. */
export function resync(
  rules: ConfigRules,
  state: ConfigState,
  { by }: ConfigCommands["resync"]["params"],
  context: Context,
): Decision<ConfigEvent, ConfigView> {
  const changed = { ...state, wantsFull: true, attempts: 0, failure: null, nextAttemptTime: null };
  const { events = [], ...rest } = reconcile(state, changed, rules, context);
  const after = events.reduce((next, event) => apply(next, event), state);
  return {
    ...rest,
    events: [{ type: "config.resync.requested", by }, ...events],
    reply: viewOf(context.actorId, after),
  };
}
