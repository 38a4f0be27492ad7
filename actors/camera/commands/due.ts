import type { Context, Decision } from "../../runtime/actor.ts";
import type { CameraCommands, CameraEvent } from "../contract.ts";
import type { CameraRules } from "../rules.ts";
import { settle } from "../settle.ts";
import type { CameraState } from "../state.ts";

export function due(
  rules: CameraRules,
  state: CameraState,
  _params: CameraCommands["due"]["params"],
  context: Context,
): Decision<CameraEvent, null> {
  return settle(state, state, rules, context);
}
