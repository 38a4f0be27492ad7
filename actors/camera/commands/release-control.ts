import type { Context, Decision } from "../../runtime/actor.ts";
import type { CameraCommands, CameraEvent } from "../contract.ts";
import { controlOf, requireControl } from "../control.ts";
import type { CameraRules } from "../rules.ts";
import { cameraOf, settle, withCamera } from "../settle.ts";
import type { CameraState } from "../state.ts";

export function releaseControl(
  rules: CameraRules,
  state: CameraState,
  { cameraId, by, mayTakeOver }: CameraCommands["releaseControl"]["params"],
  context: Context,
): Decision<CameraEvent, null> {
  const camera = cameraOf(state, cameraId, context);
  if (!mayTakeOver) requireControl(camera, by, context.now);
  const last = controlOf(camera, context.now);
  if (!last) return { reply: null };
  const event = { type: "camera.control.released", by, cameraId, holder: last.holder } as const;
  const changed = withCamera(state, { ...camera, control: null });
  return settle(state, changed, rules, context, { by, events: [event] });
}
