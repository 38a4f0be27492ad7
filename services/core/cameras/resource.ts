import { controlOf } from "../../../actors/camera/control.ts";
import type { Camera as CameraView } from "../../../actors/camera/state.ts";
import type { Camera } from "../../../actors/contracts/cameras.ts";
import { rfc3339 } from "../../../mixins/rfc3339.ts";

/** A camera as the open API shows it. `now` in epoch milliseconds. */
export function cameraResource(gatewayId: string, camera: CameraView, now: number): Camera {
  const { cameraId, name, ptz } = camera;
  const control = controlOf(camera, now);
  return {
    cameraId,
    gatewayId,
    displayName: name,
    ptz,
    stream: streamOf(camera, now),
    control: control && { holder: control.holder, expireTime: rfc3339(control.expireTime) },
  };
}

function streamOf({ stream, stops, leases }: CameraView, now: number): Camera["stream"] {
  const current = leases.filter(({ expireTime }) => expireTime > now);
  const viewers = current.map((lease) => ({ ...lease, expireTime: rfc3339(lease.expireTime) }));
  if (!stream) return { state: stops.length > 0 ? "STOPPING" : "OFF", viewers };
  const { streamId, phase, url } = stream;
  return { state: phase, streamId, ...(url !== null && { url }), viewers };
}
