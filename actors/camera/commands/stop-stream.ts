import type { Context, Decision } from "../../runtime/actor.ts";
import type { CameraCommands, CameraEvent } from "../contract.ts";
import { heldUntil, leaseOf } from "../leases.ts";
import type { CameraRules } from "../rules.ts";
import { cameraOf, settle, withCamera } from "../settle.ts";
import type { CameraState } from "../state.ts";

/** The viewer leaves; the last one does not end the push at once: it may be back in a moment. */
export function stopStream(
  rules: CameraRules,
  state: CameraState,
  params: CameraCommands["stopStream"]["params"],
  context: Context,
): Decision<CameraEvent, null> {
  const camera = cameraOf(state, params.cameraId, context);
  const lease = leaseOf(camera, params);
  if (!camera.stream || !lease) return { reply: null };
  const leases = camera.leases.filter((one) => one !== lease);
  const until = Math.min(camera.stream.heldUntil, heldUntil(leases, context.now));
  const left = { ...camera, leases, stream: { ...camera.stream, heldUntil: until } };
  return settle(state, withCamera(state, left), rules, context, { by: params.by });
}
