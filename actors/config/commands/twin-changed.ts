import { isDeepStrictEqual } from "node:util";
import type { Context, Decision } from "../../runtime/actor.ts";
import type { ConfigEvent, TwinWord } from "../contract.ts";
import { type ConfigRules, firstAttemptTime, reconcile } from "../reconcile.ts";
import { type ConfigState, EMPTY_CONFIG } from "../state.ts";

/**
 * What is desired or what is missing of it is other than before. The twin has told the gateway itself: if that is
 * enough, the next word is that it is in sync, and nothing is sent from here.
 */
export function twinChanged(
  rules: ConfigRules,
  state: ConfigState,
  word: TwinWord,
  context: Context,
): Decision<ConfigEvent, null> {
  if (state.twin && word.order < state.twin.order) return { reply: null };
  const isAnother = word.isAnother && word.order !== state.twin?.order;
  const before = isAnother ? { ...EMPTY_CONFIG, presence: state.presence } : state;
  const followed = follow(rules, before, word, context);
  if (followed === state) return { reply: null };
  const { events = [], ...rest } = reconcile(state, followed, rules, context);
  return { ...rest, events: [...events, ...convergence(before, word)] };
}

type Told = Omit<TwinWord, "time">;

function follow(rules: ConfigRules, state: ConfigState, word: TwinWord, context: Context): ConfigState {
  const { order, desiredVersion, sync } = word;
  const twin = { order, desiredVersion, sync };
  if (state.twin && isSame(state.twin, twin))
    return isDeepStrictEqual(state.twin.sync, sync) ? state : { ...state, twin };
  return {
    ...state,
    twin,
    outOfSyncSince: sync.state === "synced" ? null : since(state, word),
    attempts: 0,
    failure: null,
    nextAttemptTime: firstAttemptTime(rules, context),
  };
}

/** Of who was never heard until now, the twin has just answered the first hello. */
function isSame(before: Told, after: Told): boolean {
  const isHeard = before.sync.neverHeard && !after.sync.neverHeard;
  return before.desiredVersion === after.desiredVersion && before.sync.state === after.sync.state && !isHeard;
}

/** The twin's own times: how long the words were on their way does not count. */
function since({ outOfSyncSince }: ConfigState, { openSince, time }: TwinWord): number {
  return outOfSyncSince ?? openSince ?? time;
}

/** In sync, and was not before: by what is known here, or by what this word stands for. */
function convergence(before: ConfigState, word: TwinWord): ConfigEvent[] {
  const { desiredVersion, sync, time, openSince } = word;
  const from = before.outOfSyncSince ?? openSince;
  if (sync.state !== "synced" || from === undefined) return [];
  const lagMs = Math.max(0, time - from);
  return [{ type: "config.converged", desiredVersion, lagMs, attempts: before.attempts }];
}
