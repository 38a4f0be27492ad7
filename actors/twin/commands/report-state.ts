import { isDeepStrictEqual } from "node:util";
import type { Context, Decision } from "../../runtime/actor.ts";
import { dated } from "../acknowledgement.ts";
import type { GatewayAnswer, TwinCommands, TwinEvent, TwinEvents } from "../contract.ts";
import { isAnswer, reportedUpdated } from "../events/reported-updated.ts";
import { isAhead, isStale, type Position } from "../sequence.ts";
import type { TwinState } from "../state.ts";
import { firstWord, syncOf, touches, unansweredDelta, wasNeverHeard } from "../sync.ts";
import { deltaAnswer } from "../view.ts";
import { changeOf, nextVersions, requireVersion, type TwinRules } from "./rules.ts";

type Params = TwinCommands["reportState"]["params"];
type Update = { readonly type: "twin.reported.updated" } & TwinEvents["twin.reported.updated"];

/** The gateway says what it is: a merge patch on reported. Nearly all reports have nothing to do with desired. */
export function reportState(
  rules: TwinRules,
  state: TwinState,
  params: Params,
  context: Context,
): Decision<TwinEvent, readonly GatewayAnswer[]> {
  if (isStale(state, params)) return { reply: acknowledge(params, state.version) };
  requireVersion(state, params.version);
  const position = positionOf(params);
  const { desired, version } = state;
  const change = changeOf(rules, "reported", state, dated(params.patch, desired.state, desired.version));
  if (change) {
    const versions = nextVersions(state, "reported");
    const event = { type: "twin.reported.updated" as const, ...position, ...change, versions };
    const reply = acknowledge(params, version + 1);
    if (!touches(change.patch, desired.state) && !wasNeverHeard(state)) return { events: [event], reply };
    return compared(state, event, reply, context);
  }
  const advanced = { type: "twin.position.advanced" as const, ...position, ...firstWord(state) };
  return { events: isAhead(state, params) ? [advanced] : [], reply: acknowledge(params, version) };
}

/**
 * It speaks of what is desired. When it says what it is not wished to be, and not that it knows, it gets the delta
 * again: it may have acted on a wish that was taken back while the message was under way.
 */
function compared(
  state: TwinState,
  event: Update,
  answers: readonly GatewayAnswer[],
  context: Context,
): Decision<TwinEvent, readonly GatewayAnswer[]> {
  const next = reportedUpdated(state, event, context);
  const sync = syncOf(next);
  const isNews = !isDeepStrictEqual(sync, syncOf(state));
  const isOpen = sync.state === "open" && touches(event.patch, unansweredDelta(next) ?? {});
  const told = isNews ? { ...event, sync: { ...sync, desiredVersion: state.desired.version } } : event;
  return {
    events: [told],
    trace: isAnswer(told) ? state.desired.trace : undefined,
    reply: isOpen ? [...answers, ...deltaAnswer(next, context.now)] : answers,
  };
}

function positionOf({ boot, seq }: Params): Position {
  return { ...(boot !== undefined && { boot }), ...(seq !== undefined && { seq }) };
}

/** Only a gateway that named its message by `seq` or `token` can tell what an ack is about. */
function acknowledge(params: Params, version: number): GatewayAnswer[] {
  const { seq, token } = params;
  if (seq === undefined && token === undefined) return [];
  return [
    { topic: "ack", payload: { ...positionOf(params), ...(token !== undefined && { token }), version } },
  ];
}
