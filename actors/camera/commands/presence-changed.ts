import type { Context, Decision } from "../../runtime/actor.ts";
import type { CameraCommands, CameraEvent } from "../contract.ts";
import { interrupted, isBack } from "../interruption.ts";
import type { CameraRules } from "../rules.ts";
import { settle } from "../settle.ts";
import { type CameraState, isHere } from "../state.ts";

/** While the gateway is away nothing is asked of it. When it is back, streams that are watched begin anew. */
export function presenceChanged(
  rules: CameraRules,
  state: CameraState,
  { order, isOnline }: CameraCommands["presenceChanged"]["params"],
  context: Context,
): Decision<CameraEvent, null> {
  if (state.presence && order < state.presence.order) return { reply: null };
  const isHereNow = isOnline !== false;
  if (state.cameras.length === 0 || isHereNow === isHere(state)) return { reply: null };
  const cameras = state.cameras.map((camera) =>
    isHereNow ? isBack(camera, context.now) : interrupted(camera, null),
  );
  const changed = { ...state, cameras, presence: { order, isOnline: isHereNow, time: context.now } };
  return settle(state, changed, rules, context, { reason: "interrupted" });
}
