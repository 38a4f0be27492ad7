import type { CameraEvent, CameraEvents } from "../contract.ts";
import type { CameraState } from "../state.ts";

/** The other events tell people what `camera.changed` beside them has done. */
export function apply(state: CameraState, event: CameraEvent): CameraState {
  return event.type === "camera.changed" ? changed(state, event) : state;
}

function changed(
  state: CameraState,
  { set, cameras = [], gone = [] }: CameraEvents["camera.changed"],
): CameraState {
  const left = state.cameras.filter(({ cameraId }) => !gone.includes(cameraId));
  const kept = left.map((one) => cameras.find(({ cameraId }) => cameraId === one.cameraId) ?? one);
  const added = cameras.filter(({ cameraId }) => !left.some((one) => one.cameraId === cameraId));
  return { ...state, ...set, cameras: [...kept, ...added] };
}
