import { isDeepStrictEqual } from "node:util";
import { DomainError } from "../contracts/errors.ts";
import type { Context, Decision } from "../runtime/actor.ts";
import type { CameraEvent, CameraEvents, Errand, StopReason } from "./contract.ts";
import { nextDueTime, plan } from "./planner.ts";
import type { CameraRules } from "./rules.ts";
import { type Camera, type CameraState, isHere } from "./state.ts";
import { streamEvents } from "./stream-events.ts";

/** The name of the one timer. */
export const DUE = "due";

/** Who has done it, why streams go off when it is not for want of viewers, and what is to be told beside that. */
type Told = {
  readonly by?: string;
  readonly reason?: StopReason;
  readonly events?: readonly CameraEvent[];
};

/** What follows from a change: what gateways are told, the timer, and the events that tell of all of it. */
export function settle(
  before: CameraState,
  changed: CameraState,
  rules: CameraRules,
  { actorId, now }: Context,
  { by = "system", reason, events = [] }: Told = {},
): Decision<CameraEvent, null> & { readonly events: readonly CameraEvent[] } {
  const plans = changed.cameras.map((camera) => plan(camera, { now, isHere: isHere(changed) }, rules));
  const planned = { ...changed, cameras: plans.map(({ camera }) => camera) };
  const streams = streamEvents(before, planned, { now, by, reason, rules });
  const after = { ...planned, streamedMs: changed.streamedMs + streams.endedMs };
  const at = dueTimeOf(after, rules);
  return {
    events: [...events, ...streams.events, ...changesOf(before, after)],
    reply: null,
    downlinks: plans.flatMap(({ errands }) => errands.map((errand) => downlink(actorId, errand))),
    timers: at === dueTimeOf(before, rules) ? [] : [{ name: DUE, at }],
  };
}

export function dueTimeOf(state: CameraState, rules: CameraRules): number | null {
  const times = state.cameras.flatMap((camera) => nextDueTime(camera, isHere(state), rules) ?? []);
  return times.length > 0 ? Math.min(...times) : null;
}

/** Throws CAMERA_NOT_FOUND. */
export function cameraOf({ cameras }: CameraState, cameraId: string, { actorId }: Context): Camera {
  const camera = cameras.find((one) => one.cameraId === cameraId);
  if (!camera) throw new DomainError("CAMERA_NOT_FOUND", { gatewayId: actorId, cameraId });
  return camera;
}

export function withCamera(state: CameraState, camera: Camera): CameraState {
  const cameras = state.cameras.map((one) => (one.cameraId === camera.cameraId ? camera : one));
  return { ...state, cameras };
}

function downlink(gatewayId: string, { what, ...payload }: Errand) {
  return { gatewayId, topic: what, payload };
}

/** No event when nothing is other than before. */
function changesOf(before: CameraState, after: CameraState): CameraEvent[] {
  const { cameras: _, ...rest } = after;
  const set = Object.entries(rest).filter(
    ([name, value]) => !isDeepStrictEqual(value, before[name as keyof CameraState]),
  );
  const cameras = after.cameras.filter(
    (camera) => !before.cameras.some((one) => isDeepStrictEqual(one, camera)),
  );
  const gone = before.cameras.flatMap(({ cameraId }) =>
    after.cameras.some((one) => one.cameraId === cameraId) ? [] : [cameraId],
  );
  if (set.length + cameras.length + gone.length === 0) return [];
  const changes: CameraEvents["camera.changed"] = {
    set: Object.fromEntries(set),
    ...(cameras.length > 0 && { cameras }),
    ...(gone.length > 0 && { gone }),
  };
  return [{ type: "camera.changed", ...changes }];
}
