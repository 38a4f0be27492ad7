import type { Camera } from "./state.ts";

/** It pushes no more, as far as is known; `dueTime`: when it is told again, null: when it is back. */
export function interrupted(camera: Camera, dueTime: number | null): Camera {
  const { stream } = camera;
  if (stream?.phase !== "ON") return camera;
  return { ...camera, stream: { ...stream, phase: "INTERRUPTED", dueTime, onSince: null } };
}

/** It listens again: what waits for that is due. */
export function isBack(camera: Camera, now: number): Camera {
  const { stream, stops } = camera;
  const isWaiting = stream?.phase === "INTERRUPTED";
  return {
    ...camera,
    ...(isWaiting && { stream: { ...stream, dueTime: now } }),
    stops: stops.map((stop) => ({ ...stop, dueTime: now })),
  };
}

/**
 * It was switched on anew: it has forgotten all pushes, those too that it was about to begin, but for what it was told
 * `since` it is back.
 */
export function rebooted(camera: Camera, now: number, since: number): Camera {
  const { stream } = camera;
  const forgotten = { ...camera, stops: [] };
  if (stream && stream.phase !== "INTERRUPTED" && stream.askTime >= since) return forgotten;
  if (stream?.phase !== "STARTING") return isBack(interrupted(forgotten, now), now);
  return { ...forgotten, stream: { ...stream, phase: "INTERRUPTED", dueTime: now } };
}
