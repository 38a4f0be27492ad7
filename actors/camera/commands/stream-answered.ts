import type { Context, Decision } from "../../runtime/actor.ts";
import type { CameraCommands, CameraEvent } from "../contract.ts";
import { failed } from "../planner.ts";
import type { CameraRules } from "../rules.ts";
import { cameraOf, settle, withCamera } from "../settle.ts";
import type { Camera, CameraState, Stream } from "../state.ts";

type Params = CameraCommands["streamAnswered"]["params"];

/** Several may have heard the answer, and later than somebody has changed his mind. */
export function streamAnswered(
  rules: CameraRules,
  state: CameraState,
  params: Params,
  context: Context,
): Decision<CameraEvent, null> {
  const camera = cameraOf(state, params.cameraId, context);
  const { stream } = camera;
  const isExpected =
    stream?.phase === "STARTING" && stream.streamId === params.streamId && stream.attempt === params.attempt;
  if (!stream || !isExpected) return { reply: null };
  const { cameraId } = camera;
  const { streamId, by } = stream;
  const events: CameraEvent[] = params.outcome.ok
    ? []
    : [{ type: "camera.stream.failed", severity: "WARNING", by, cameraId, streamId }];
  const answered = after(camera, stream, params, rules, context.now);
  return settle(state, withCamera(state, answered), rules, context, { by, events });
}

function after(camera: Camera, stream: Stream, { outcome }: Params, rules: CameraRules, now: number): Camera {
  if (!outcome.ok) return failed(camera, stream, { now, isUncertain: outcome.isUncertain }, rules);
  const { url } = outcome;
  return { ...camera, stream: { ...stream, phase: "ON", url, failures: 0, dueTime: null, onSince: now } };
}
