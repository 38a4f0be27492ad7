import type { Context, Decision } from "../../runtime/actor.ts";
import type { CameraCommands, CameraEvent, ControlView } from "../contract.ts";
import { controlOf, requireControl } from "../control.ts";
import type { CameraRules } from "../rules.ts";
import { cameraOf, settle, withCamera } from "../settle.ts";
import type { CameraState, Control } from "../state.ts";

/** From now on nobody else moves it. Whoever has it already gets more time. */
export function acquireControl(
  rules: CameraRules,
  state: CameraState,
  { cameraId, by, mayTakeOver, ttlMs }: CameraCommands["acquireControl"]["params"],
  context: Context,
): Decision<CameraEvent, ControlView> {
  const camera = cameraOf(state, cameraId, context);
  if (!mayTakeOver) requireControl(camera, by, context.now);
  const last = controlOf(camera, context.now);
  const control = { holder: by, expireTime: context.now + ttlMs };
  const events = eventsOf(cameraId, last, control);
  const changed = withCamera(state, { ...camera, control });
  return { ...settle(state, changed, rules, context, { by, events }), reply: control };
}

/** More time for who has it is no news. */
function eventsOf(
  cameraId: string,
  last: Control | null,
  { holder: by, expireTime }: Control,
): CameraEvent[] {
  if (last?.holder === by) return [];
  if (!last) return [{ type: "camera.control.acquired", by, cameraId, expireTime }];
  return [{ type: "camera.control.takenOver", by, cameraId, from: last.holder, expireTime }];
}
