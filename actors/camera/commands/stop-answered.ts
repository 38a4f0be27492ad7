import type { Context, Decision } from "../../runtime/actor.ts";
import type { CameraCommands, CameraEvent } from "../contract.ts";
import type { CameraRules } from "../rules.ts";
import { cameraOf, settle, withCamera } from "../settle.ts";
import type { CameraState } from "../state.ts";

/** Of whichever attempt: the push has ended. */
export function stopAnswered(
  rules: CameraRules,
  state: CameraState,
  { cameraId, streamId }: CameraCommands["stopAnswered"]["params"],
  context: Context,
): Decision<CameraEvent, null> {
  const camera = cameraOf(state, cameraId, context);
  const stops = camera.stops.filter((stop) => stop.streamId !== streamId);
  return settle(state, withCamera(state, { ...camera, stops }), rules, context);
}
