import { DomainError } from "../../contracts/errors.ts";
import type { Context, Decision } from "../../runtime/actor.ts";
import type { CameraCommands, CameraEvent } from "../contract.ts";
import { requireControl } from "../control.ts";
import type { CameraRules } from "../rules.ts";
import { cameraOf } from "../settle.ts";
import type { CameraState } from "../state.ts";

export function checkMove(
  _rules: CameraRules,
  state: CameraState,
  { cameraId, by }: CameraCommands["checkMove"]["params"],
  context: Context,
): Decision<CameraEvent, null> {
  const camera = cameraOf(state, cameraId, context);
  if (!camera.ptz) throw new DomainError("CAMERA_NOT_MOVABLE", { cameraId });
  requireControl(camera, by, context.now);
  return { reply: null };
}
