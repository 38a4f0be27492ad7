import type { Context, Decision } from "../../runtime/actor.ts";
import type { GatewayAnswer, TwinCommands, TwinEvent } from "../contract.ts";
import { isAhead, isStale } from "../sequence.ts";
import type { TwinState } from "../state.ts";
import { firstWord } from "../sync.ts";
import { deltaAnswer, desiredAnswer, desiredHash } from "../view.ts";
import type { TwinRules } from "./rules.ts";

type Params = TwinCommands["hello"]["params"];

/** The gateway is back and says what it has: it gets nothing, the delta it missed, or the full document. */
export function hello(
  _rules: TwinRules,
  state: TwinState,
  params: Params,
  context: Context,
): Decision<TwinEvent, readonly GatewayAnswer[]> {
  return {
    events: isStale(state, params) ? [] : newsOf(state, params),
    reply: missed(state, params, context.now),
  };
}

/** That it was switched on anew, or which cameras it has: others act on that. */
function newsOf(state: TwinState, { boot, cameras }: Params): TwinEvent[] {
  if (!cameras && !isAhead(state, { boot })) return [];
  return [{ type: "twin.position.advanced", boot, ...(cameras && { cameras }), ...firstWord(state) }];
}

function missed(
  state: TwinState,
  { desiredVersion, desiredHash: hash }: Params,
  now: number,
): GatewayAnswer[] {
  const { version, state: document } = state.desired;
  if (hash !== undefined && hash === desiredHash(document)) return [];
  if (desiredVersion === undefined) return version > 0 || hash !== undefined ? [desiredAnswer(state)] : [];
  if (desiredVersion === version) return hash === undefined ? [] : [desiredAnswer(state)];
  const missedSome = desiredVersion > 0 && desiredVersion < version;
  return missedSome ? deltaAnswer(state, now) : [desiredAnswer(state)];
}
