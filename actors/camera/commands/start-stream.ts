import { DomainError } from "../../contracts/errors.ts";
import type { Context, Decision } from "../../runtime/actor.ts";
import type { CameraCommands, CameraEvent, StreamView } from "../contract.ts";
import { apply } from "../events/apply.ts";
import { extended, heldUntil, leaseOf, streamView } from "../leases.ts";
import type { CameraRules } from "../rules.ts";
import { cameraOf, settle, withCamera } from "../settle.ts";
import { type Camera, type CameraState, isHere, type Stream } from "../state.ts";

type Params = CameraCommands["startStream"]["params"];

/** A lease: the first viewer lets the push begin, all others share it. */
export function startStream(
  rules: CameraRules,
  state: CameraState,
  params: Params,
  context: Context,
): Decision<CameraEvent, StreamView> {
  const camera = cameraOf(state, params.cameraId, context);
  const leases = extended(camera, params, context.now, rules.maxLeases);
  const wanted = camera.stream ?? newStream(params, context.now);
  // Somebody asks for it: one that was cut off is tried again at once.
  const isDue = wanted.phase === "INTERRUPTED" && isHere(state);
  const stream = {
    ...wanted,
    ...(isDue && { dueTime: context.now }),
    heldUntil: heldUntil(leases, context.now),
  };
  const changed = withCamera(state, { ...camera, leases, stream });
  const decision = settle(state, changed, rules, context, { by: params.by });
  const after = decision.events.reduce(apply, state);
  const reply = viewOf(cameraOf(after, params.cameraId, context), params);
  // Who is told that it cannot be has no lease by which it would begin later.
  if (reply.phase === "INTERRUPTED") throw new DomainError("GATEWAY_OFFLINE", { gatewayId: context.actorId });
  return { ...decision, reply };
}

function newStream({ newStreamId, by }: Params, now: number): Stream {
  return {
    streamId: newStreamId,
    phase: "STARTING",
    url: null,
    attempt: 1,
    failures: 0,
    askTime: now,
    dueTime: now,
    onSince: null,
    heldUntil: now,
    by,
  };
}

function viewOf(camera: Camera, params: Params): StreamView {
  const lease = leaseOf(camera, params);
  if (!camera.stream || !lease) throw new Error("who asks for a stream has one");
  return streamView(camera.stream, lease);
}
