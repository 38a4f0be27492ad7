import type { Context, Decision } from "../../runtime/actor.ts";
import type { ConfigCommands, ConfigEvent } from "../contract.ts";
import { type ConfigRules, firstAttemptTime, reconcile } from "../reconcile.ts";
import { type ConfigState, isReachable } from "../state.ts";

type Word = ConfigCommands["presenceChanged"]["params"];

/** While the gateway is away nothing is sent. When it is back, the twin answers its hello before it is told from here. */
export function presenceChanged(
  rules: ConfigRules,
  state: ConfigState,
  word: Word,
  context: Context,
): Decision<ConfigEvent, null> {
  if (state.presence && word.order < state.presence.order) return { reply: null };
  const known = follow(state, word);
  const isBack = isReachable(known) && (!isReachable(state) || state.failure?.reason === "NO_RESPONSE");
  const changed = isBack ? begunAnew(rules, known, context) : known;
  return reconcile(state, changed, rules, context);
}

/** A word that changes nothing is not worth a commit: neither that it is still there, nor what is supposed anyhow. */
function follow(state: ConfigState, { isOnline, order }: Word): ConfigState {
  if (isOnline === null) return state.presence ? { ...state, presence: null } : state;
  const isSupposed = isOnline === (state.presence?.isOnline ?? true);
  return isSupposed && isOnline === isReachable(state) ? state : { ...state, presence: { order, isOnline } };
}

function begunAnew(rules: ConfigRules, state: ConfigState, context: Context): ConfigState {
  const failure = state.failure?.reason === "REFUSED" ? state.failure : null;
  return { ...state, attempts: 0, failure, nextAttemptTime: firstAttemptTime(rules, context) };
}
