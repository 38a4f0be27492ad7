import type { Decision } from "../../runtime/actor.ts";
import type { GatewayAnswer, TwinCommands, TwinEvent } from "../contract.ts";
import type { TwinState } from "../state.ts";
import { delta } from "../view.ts";
import type { TwinRules } from "./rules.ts";

/** The gateway asks for its twin; the sections go out as bare states. */
export function sendTwin(
  _rules: TwinRules,
  state: TwinState,
  { token }: TwinCommands["sendTwin"]["params"],
): Decision<TwinEvent, readonly GatewayAnswer[]> {
  const payload = {
    version: state.version,
    desired: state.desired.state,
    reported: state.reported.state,
    delta: delta(state) ?? {},
    ...(token !== undefined && { token }),
  };
  return { reply: [{ topic: "twin", payload }] };
}
