import type { Context, Decision } from "../../runtime/actor.ts";
import type { CameraCommands, CameraEvent } from "../contract.ts";
import type { CameraRules } from "../rules.ts";
import { settle } from "../settle.ts";
import { type CameraState, EMPTY_CAMERAS } from "../state.ts";

/** The gateway was deleted: there is nobody to tell. */
export function removeCameras(
  rules: CameraRules,
  state: CameraState,
  { order }: CameraCommands["removeCameras"]["params"],
  context: Context,
): Decision<CameraEvent, null> {
  if (order < state.twinOrder || state === EMPTY_CAMERAS) return { reply: null };
  const { events, ...rest } = settle(state, EMPTY_CAMERAS, rules, context, { reason: "removed" });
  const set = { boot: null, twinOrder: order, presence: null, streamedMs: 0 };
  return { ...rest, events: [...events, { type: "camera.changed", set }] };
}
