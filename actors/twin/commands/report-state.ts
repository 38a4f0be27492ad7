import type { Context, Decision } from "../../runtime/actor.ts";
import type { GatewayAnswer, TwinCommands, TwinEvent } from "../contract.ts";
import { reportedUpdated } from "../events/reported-updated.ts";
import { contradicts } from "../merge-patch.ts";
import { isAhead, isStale, type Position } from "../sequence.ts";
import type { TwinState } from "../state.ts";
import { deltaAnswer } from "../view.ts";
import { changeOf, nextVersions, requireVersion, type TwinRules } from "./rules.ts";

type Params = TwinCommands["reportState"]["params"];

/**
 * The gateway says what it is: a merge patch on reported. When it says what it is not wished to be, it gets the
 * delta again: it may have acted on a wish that was taken back while the message was under way.
 */
export function reportState(
  rules: TwinRules,
  state: TwinState,
  params: Params,
  context: Context,
): Decision<TwinEvent, readonly GatewayAnswer[]> {
  if (isStale(state, params)) return { reply: acknowledge(params, state.version) };
  requireVersion(state, params.version);
  const position = positionOf(params);
  const change = changeOf(rules, "reported", state, params.patch);
  if (change) {
    const versions = nextVersions(state, "reported");
    const event = { type: "twin.reported.updated" as const, ...position, ...change, versions };
    const answers = acknowledge(params, state.version + 1);
    if (!contradicts(change.patch, state.desired.state)) return { events: [event], reply: answers };
    const next = reportedUpdated(state, event, context);
    return { events: [event], reply: [...answers, ...deltaAnswer(next, context.now)] };
  }
  const events = isAhead(state, params) ? [{ type: "twin.position.advanced" as const, ...position }] : [];
  return { events, reply: acknowledge(params, state.version) };
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
