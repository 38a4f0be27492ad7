import type { Context, Decision } from "../../runtime/actor.ts";
import type { GatewayAnswer, TwinCommands, TwinEvent } from "../contract.ts";
import { isAhead, isStale, type Position } from "../sequence.ts";
import type { TwinState } from "../state.ts";
import { changeOf, requireVersion, type TwinRules } from "./rules.ts";

type Params = TwinCommands["reportState"]["params"];

/** The gateway says what it is: a merge patch on reported. */
export function reportState(
  rules: TwinRules,
  state: TwinState,
  params: Params,
  _context: Context,
): Decision<TwinEvent, readonly GatewayAnswer[]> {
  if (isStale(state, params)) return { reply: acknowledge(params, state.version) };
  requireVersion(state, params.version);
  const position = positionOf(params);
  const change = changeOf(rules, "reported", state, params.patch);
  if (change) {
    const events = [{ type: "twin.reported.updated" as const, ...position, ...change }];
    return { events, reply: acknowledge(params, state.version + 1) };
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
