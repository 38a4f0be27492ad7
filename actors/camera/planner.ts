import type { Errand } from "./contract.ts";
import { type CameraRules, retryMs } from "./rules.ts";
import type { Camera, Stop, Stream } from "./state.ts";

/** Pushes that may go on unseen are few; beyond that the oldest is forgotten. */
const MAX_STOPS = 8;

type Situation = {
  readonly now: number;
  /** The gateway can be told something. */
  readonly isHere: boolean;
};
type Progress = { readonly camera: Camera; readonly errands: readonly Errand[] };
type Step = (camera: Camera, situation: Situation, rules: CameraRules) => Progress;

const STEPS: readonly Step[] = [endUnheld, tryAgain, lookAfterStart, endPushes];

/** What a camera is now, and what its gateway is to be told for that. */
export function plan(camera: Camera, situation: Situation, rules: CameraRules): Progress {
  const start: Progress = { camera, errands: [] };
  return STEPS.reduce((progress, step) => {
    const { camera, errands } = step(progress.camera, situation, rules);
    return { camera, errands: [...progress.errands, ...errands] };
  }, start);
}

/** When a camera is to be looked at again; null: not before something happens. */
export function nextDueTime(
  { stream, stops }: Camera,
  isHere: boolean,
  { graceMs }: CameraRules,
): number | null {
  const times = [
    ...(stream ? [stream.heldUntil + graceMs] : []),
    ...(stream?.dueTime != null && (isHere || stream.phase === "STARTING") ? [stream.dueTime] : []),
    ...(isHere ? stops.map(({ dueTime }) => dueTime) : []),
  ];
  return times.length > 0 ? Math.min(...times) : null;
}

/** A push nobody waits for any more is to end; whether it ever began does not matter. */
function withStop(stops: readonly Stop[], streamId: string, now: number): readonly Stop[] {
  return [...stops, { streamId, attempt: 1, dueTime: now }].slice(-MAX_STOPS);
}

function endUnheld(camera: Camera, { now }: Situation, { graceMs }: CameraRules): Progress {
  const { stream } = camera;
  if (!stream || now < stream.heldUntil + graceMs) return { camera, errands: [] };
  const stops = withStop(camera.stops, stream.streamId, now);
  return { camera: { ...camera, leases: [], stream: null, stops }, errands: [] };
}

function tryAgain(camera: Camera, { now, isHere }: Situation, rules: CameraRules): Progress {
  const { stream } = camera;
  const isDue = stream?.phase === "INTERRUPTED" && stream.dueTime !== null && stream.dueTime <= now;
  if (!stream || !isDue || !isHere) return { camera, errands: [] };
  const attempt = stream.attempt + 1;
  return told(camera, { ...stream, phase: "STARTING", attempt, askTime: now }, now, rules);
}

/** Whoever was to tell the gateway, or to pass its answer on, may be gone. */
function lookAfterStart(camera: Camera, { now }: Situation, rules: CameraRules): Progress {
  const { stream } = camera;
  const isDue = stream?.phase === "STARTING" && stream.dueTime !== null && stream.dueTime <= now;
  if (!stream || !isDue) return { camera, errands: [] };
  if (now < stream.askTime + rules.patienceMs) return told(camera, stream, now, rules);
  return { camera: failed(camera, stream, { now, isUncertain: true }, rules), errands: [] };
}

/** The gateway is told, now or once more. */
function told(camera: Camera, stream: Stream, now: number, { repeatMs }: CameraRules): Progress {
  const { cameraId } = camera;
  const { streamId, attempt, by } = stream;
  return {
    camera: { ...camera, stream: { ...stream, dueTime: now + repeatMs } },
    errands: [{ what: "start", cameraId, streamId, attempt, by }],
  };
}

/** Who called for a first start is told that it failed. Who has seen the stream waits for it to come back. */
export function failed(
  camera: Camera,
  stream: Stream,
  { now, isUncertain }: { readonly now: number; readonly isUncertain: boolean },
  rules: CameraRules,
): Camera {
  if (stream.url === null) {
    const stops = isUncertain ? withStop(camera.stops, stream.streamId, now) : camera.stops;
    return { ...camera, leases: [], stream: null, stops };
  }
  const failures = stream.failures + 1;
  const dueTime = now + retryMs(failures, rules);
  return { ...camera, stream: { ...stream, phase: "INTERRUPTED", failures, dueTime } };
}

function endPushes(camera: Camera, { now, isHere }: Situation, rules: CameraRules): Progress {
  const due = isHere ? camera.stops.filter(({ dueTime }) => dueTime <= now) : [];
  if (due.length === 0) return { camera, errands: [] };
  const stops = camera.stops.flatMap((stop) => (due.includes(stop) ? nextStop(stop, now, rules) : stop));
  const { cameraId } = camera;
  const errands = due.map(({ streamId, attempt }): Errand => {
    return { what: "stop", cameraId, streamId, attempt, by: "system" };
  });
  return { camera: { ...camera, stops }, errands };
}

/** Until the gateway has answered, or was asked often enough. */
function nextStop({ streamId, attempt }: Stop, now: number, rules: CameraRules): Stop[] {
  if (attempt >= rules.maxStopAttempts) return [];
  return [{ streamId, attempt: attempt + 1, dueTime: now + retryMs(attempt, rules) }];
}
