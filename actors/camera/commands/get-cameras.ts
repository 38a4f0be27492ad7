import type { Context, Decision } from "../../runtime/actor.ts";
import type { CameraCommands, CameraEvent, CamerasView } from "../contract.ts";
import type { CameraRules } from "../rules.ts";
import type { CameraState } from "../state.ts";
import { runningMs } from "../stream-events.ts";

export function getCameras(
  _rules: CameraRules,
  state: CameraState,
  _params: CameraCommands["getCameras"]["params"],
  { now }: Context,
): Decision<CameraEvent, CamerasView> {
  const { cameras, streamedMs } = state;
  return { reply: { cameras, streamedMs: streamedMs + runningMs(state, now) } };
}
