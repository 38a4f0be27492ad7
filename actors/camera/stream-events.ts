import type { CameraEvent, StopReason } from "./contract.ts";
import { type CameraRules, estimatedBytes } from "./rules.ts";
import type { Camera, CameraState, Stream } from "./state.ts";

type Telling = {
  readonly now: number;
  readonly by: string;
  /** When it is not for want of viewers. */
  readonly reason: StopReason | undefined;
  readonly rules: CameraRules;
};

type OnStream = Stream & { readonly onSince: number };

/** Which streams have come on and gone off, and how long (milliseconds) those that have gone off were on. */
export function streamEvents(
  before: CameraState,
  after: CameraState,
  telling: Telling,
): { readonly events: CameraEvent[]; readonly endedMs: number } {
  const ended = before.cameras.flatMap((camera) => {
    const stream = onStreamOf(camera);
    const next = after.cameras.find(({ cameraId }) => cameraId === camera.cameraId);
    return stream && onStreamOf(next)?.streamId !== stream.streamId ? [{ camera, stream }] : [];
  });
  const begun = after.cameras.flatMap((camera) => {
    const stream = onStreamOf(camera);
    const last = before.cameras.find(({ cameraId }) => cameraId === camera.cameraId);
    return stream && onStreamOf(last)?.streamId !== stream.streamId ? [started(camera, stream)] : [];
  });
  const spans = ended.map(({ stream }) => telling.now - stream.onSince);
  return {
    events: [...ended.map(({ camera, stream }) => stopped(camera, stream, telling)), ...begun],
    endedMs: spans.reduce((sum, span) => sum + span, 0),
  };
}

/** Milliseconds that streams which are on have been so. */
export function runningMs({ cameras }: CameraState, now: number): number {
  return cameras.reduce((sum, camera) => sum + (now - (onStreamOf(camera)?.onSince ?? now)), 0);
}

function onStreamOf(camera: Camera | undefined): OnStream | undefined {
  const stream = camera?.stream;
  return stream && stream.onSince !== null ? { ...stream, onSince: stream.onSince } : undefined;
}

function started({ cameraId, leases }: Camera, { streamId, by }: Stream): CameraEvent {
  return { type: "camera.stream.started", by, cameraId, streamId, viewers: leases.length };
}

function stopped(camera: Camera, { streamId, onSince }: OnStream, telling: Telling): CameraEvent {
  const { cameraId, leases } = camera;
  const { now, by, reason = leases.length > 0 ? "expired" : "released", rules } = telling;
  const ms = now - onSince;
  const size = { seconds: ms / 1000, bytesEstimated: estimatedBytes(ms, rules) };
  return { type: "camera.stream.stopped", by, cameraId, streamId, reason, ...size };
}
