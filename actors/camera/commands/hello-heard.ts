import type { Context, Decision } from "../../runtime/actor.ts";
import type { CameraCommands, CameraEvent, CameraInfo } from "../contract.ts";
import { rebooted } from "../interruption.ts";
import type { CameraRules } from "../rules.ts";
import { settle } from "../settle.ts";
import type { Camera, CameraState } from "../state.ts";

const MAX_NAME_LENGTH = 256;
/** A hello follows its connection; nobody is switched on twice within so many milliseconds. */
const SAME_RETURN_MS = 5000;

/** The gateway has connected: it may have other cameras, or have lost its streams with its power. */
export function helloHeard(
  rules: CameraRules,
  state: CameraState,
  { order, boot, cameras }: CameraCommands["helloHeard"]["params"],
  context: Context,
): Decision<CameraEvent, null> {
  if (order < state.twinOrder || (state.cameras.length === 0 && !cameras)) return { reply: null };
  const listed = cameras ? unique(cameras).map((info) => listedAs(state, info)) : state.cameras;
  const isReboot = state.boot !== null && boot !== state.boot;
  const since = returnTime(state, context.now);
  const current = isReboot ? listed.map((camera) => rebooted(camera, context.now, since)) : listed;
  const changed = { ...state, cameras: current, boot, twinOrder: order };
  return settle(state, changed, rules, context, { reason: "interrupted" });
}

/** Presence may have told of the same connection already. */
function returnTime({ presence }: CameraState, now: number): number {
  const { isOnline = false, time = Number.NEGATIVE_INFINITY } = presence ?? {};
  return isOnline && now - time < SAME_RETURN_MS ? time : Number.POSITIVE_INFINITY;
}

function unique(cameras: readonly CameraInfo[]): CameraInfo[] {
  return [...new Map(cameras.map((info) => [info.id, info])).values()];
}

/** One that was known goes on as it was. */
function listedAs(state: CameraState, { id, name = "", ptz = false }: CameraInfo): Camera {
  const known = state.cameras.find(({ cameraId }) => cameraId === id);
  const fresh = { cameraId: id, leases: [], stream: null, stops: [], control: null };
  return { ...(known ?? fresh), name: name.slice(0, MAX_NAME_LENGTH), ptz };
}
