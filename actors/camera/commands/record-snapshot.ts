import type { Context, Decision } from "../../runtime/actor.ts";
import type { CameraCommands, CameraEvent } from "../contract.ts";
import type { CameraRules } from "../rules.ts";
import { cameraOf } from "../settle.ts";
import type { CameraState } from "../state.ts";

/** For the history; the camera stays as it is. */
export function recordSnapshot(
  _rules: CameraRules,
  state: CameraState,
  { cameraId, by, artifactId }: CameraCommands["recordSnapshot"]["params"],
  context: Context,
): Decision<CameraEvent, null> {
  cameraOf(state, cameraId, context);
  return { events: [{ type: "camera.snapshot.taken", by, cameraId, artifactId }], reply: null };
}
