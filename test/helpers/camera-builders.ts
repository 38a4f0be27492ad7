import { cameraActor } from "../../actors/camera/camera.ts";
import type { CameraCommand, CameraEvent, StartOutcome } from "../../actors/camera/contract.ts";
import { type Camera, type CameraState, EMPTY_CAMERAS } from "../../actors/camera/state.ts";
import { stepOf } from "./actor-step.ts";

export const CAMERA = "c1";
export const camera = cameraActor();

/** What one command does to the cameras of a gateway at a moment. */
export const cameraStep = stepOf(camera, "gw-1");

/** The cameras after all commands, each at its time. */
export function camerasAfter(
  ...commands: readonly (readonly [now: number, command: CameraCommand])[]
): CameraState {
  return commands.reduce((state, [now, command]) => cameraStep(state, command, now).state, EMPTY_CAMERAS);
}

export function firstOf({ cameras }: CameraState): Camera {
  const [first] = cameras;
  if (!first) throw new Error("there is no camera");
  return first;
}

/** What people are told. */
export const told = (events: readonly CameraEvent[]) =>
  events.filter(({ type }) => type !== "camera.changed");

export const hello = (
  order: number,
  boot = "b1",
  ids: readonly string[] | undefined = [CAMERA],
): CameraCommand => ({
  name: "helloHeard",
  params: { order, boot, ...(ids && { cameras: ids.map((id) => ({ id, ptz: true })) }) },
});
export const presence = (order: number, isOnline: boolean | null): CameraCommand => ({
  name: "presenceChanged",
  params: { order, isOnline },
});
export const start = (viewer = "v", ttlMs = 60_000, newStreamId = "s1"): CameraCommand => ({
  name: "startStream",
  params: { cameraId: CAMERA, viewer, by: "ann", ttlMs, newStreamId },
});
export const keep = (viewer = "v", ttlMs = 60_000): CameraCommand => ({
  name: "keepStream",
  params: { cameraId: CAMERA, viewer, by: "ann", ttlMs },
});
export const stop = (viewer = "v"): CameraCommand => ({
  name: "stopStream",
  params: { cameraId: CAMERA, viewer, by: "ann" },
});
export const answered = (
  streamId = "s1",
  attempt = 1,
  outcome: StartOutcome = { ok: true, url: "rtsp://x" },
): CameraCommand => ({ name: "streamAnswered", params: { cameraId: CAMERA, streamId, attempt, outcome } });
export const stopAnswered = (streamId = "s1"): CameraCommand => ({
  name: "stopAnswered",
  params: { cameraId: CAMERA, streamId, attempt: 1 },
});
export const due: CameraCommand = { name: "due", params: {} };
export const acquire = (by = "ann", mayTakeOver = false, ttlMs = 1000): CameraCommand => ({
  name: "acquireControl",
  params: { cameraId: CAMERA, by, mayTakeOver, ttlMs },
});
export const release = (by = "ann", mayTakeOver = false): CameraCommand => ({
  name: "releaseControl",
  params: { cameraId: CAMERA, by, mayTakeOver },
});

/** A camera that is watched by `v` from 1000 on, for a minute. */
export const watched = () => camerasAfter([1, hello(1)], [1000, start()], [1100, answered()]);
