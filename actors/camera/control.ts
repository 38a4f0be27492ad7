import { DomainError } from "../contracts/errors.ts";
import type { Camera, Control } from "./state.ts";

/** Who controls it now. */
export function controlOf({ control }: Camera, now: number): Control | null {
  return control && control.expireTime > now ? control : null;
}

/** Throws CONTROL_HELD when somebody else controls it. */
export function requireControl(camera: Camera, by: string, now: number): void {
  const control = controlOf(camera, now);
  if (!control || control.holder === by) return;
  const expireTime = new Date(control.expireTime).toISOString();
  throw new DomainError("CONTROL_HELD", { cameraId: camera.cameraId, holder: control.holder, expireTime });
}
