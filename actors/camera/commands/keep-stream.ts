import { DomainError } from "../../contracts/errors.ts";
import type { Context, Decision } from "../../runtime/actor.ts";
import type { CameraCommands, CameraEvent, StreamView } from "../contract.ts";
import { extended, heldUntil, leaseOf, streamView } from "../leases.ts";
import type { CameraRules } from "../rules.ts";
import { cameraOf, settle, withCamera } from "../settle.ts";
import type { CameraState } from "../state.ts";

/** The same as starting it, for one who watches already: it never lets a push begin. */
export function keepStream(
  rules: CameraRules,
  state: CameraState,
  params: CameraCommands["keepStream"]["params"],
  context: Context,
): Decision<CameraEvent, StreamView> {
  const camera = cameraOf(state, params.cameraId, context);
  const lease = leaseOf(camera, params);
  if (!camera.stream || !lease || lease.expireTime <= context.now)
    throw new DomainError("LEASE_NOT_FOUND", { cameraId: params.cameraId, viewer: params.viewer });
  const leases = extended(camera, params, context.now, rules.maxLeases);
  const stream = { ...camera.stream, heldUntil: heldUntil(leases, context.now) };
  const kept = { ...camera, leases, stream };
  const reply = streamView(stream, leaseOf(kept, params) ?? lease);
  return { ...settle(state, withCamera(state, kept), rules, context, { by: params.by }), reply };
}
