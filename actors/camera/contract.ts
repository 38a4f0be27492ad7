import type { Camera, CameraState, StreamPhase } from "./state.ts";

export type CameraInfo = { readonly id: string; readonly name?: string; readonly ptz?: boolean };

/** What a viewer gets; `url` null: it has not been on yet. Times are epoch milliseconds. */
export type StreamView = {
  readonly streamId: string;
  readonly phase: StreamPhase;
  readonly url: string | null;
  readonly attempt: number;
  readonly expireTime: number;
};

export type ControlView = { readonly holder: string; readonly expireTime: number };

export type CamerasView = {
  readonly cameras: readonly Camera[];
  /** Of all streams of the gateway, those that are on too; milliseconds. */
  readonly streamedMs: number;
};

/** Something that the gateway is to be told. The same one again is the same command. */
export type Errand = {
  readonly what: "start" | "stop";
  readonly cameraId: string;
  readonly streamId: string;
  readonly attempt: number;
  readonly by: string;
};

/** `isUncertain`: the gateway may have done it all the same. */
export type StartOutcome =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly isUncertain: boolean };

type OfCamera = { readonly cameraId: string };
type OfViewer = OfCamera & { readonly viewer: string; readonly by: string };
type OfAttempt = OfCamera & { readonly streamId: string; readonly attempt: number };
type Nothing = Record<never, never>;

/** Every message of the camera actor, whose id is the gateway's: its parameters and its reply. */
export type CameraCommands = {
  /** `newStreamId`: that of the stream which begins with this call, if one does. Throws TOO_MANY_VIEWERS, GATEWAY_OFFLINE. */
  startStream: {
    params: OfViewer & { readonly ttlMs: number; readonly newStreamId: string };
    reply: StreamView;
  };
  /** Throws LEASE_NOT_FOUND. */
  keepStream: { params: OfViewer & { readonly ttlMs: number }; reply: StreamView };
  stopStream: { params: OfViewer; reply: null };
  /** What became of a start. */
  streamAnswered: { params: OfAttempt & { readonly outcome: StartOutcome }; reply: null };
  /** The gateway has ended a push, or says that there is none. */
  stopAnswered: { params: OfAttempt; reply: null };
  /** `mayTakeOver`: from whoever holds it. Throws CONTROL_HELD. */
  acquireControl: {
    params: OfCamera & { readonly by: string; readonly mayTakeOver: boolean; readonly ttlMs: number };
    reply: ControlView;
  };
  /** Throws CONTROL_HELD. */
  releaseControl: {
    params: OfCamera & { readonly by: string; readonly mayTakeOver: boolean };
    reply: null;
  };
  /** May the caller move it now? Throws CAMERA_NOT_MOVABLE, CONTROL_HELD. */
  checkMove: { params: OfCamera & { readonly by: string }; reply: null };
  recordSnapshot: {
    params: OfCamera & { readonly by: string; readonly artifactId: string };
    reply: null;
  };
  getCameras: { params: Nothing; reply: CamerasView };
  /** The gateway has connected; without `cameras` it has those that it had. `order`: of the twin's row. */
  helloHeard: {
    params: { readonly order: number; readonly boot: string; readonly cameras?: readonly CameraInfo[] };
    reply: null;
  };
  /** `isOnline` null: nothing is known any more. `order`: of presence's row. */
  presenceChanged: {
    params: { readonly order: number; readonly isOnline: boolean | null };
    reply: null;
  };
  /** The gateway was deleted. */
  removeCameras: { params: { readonly order: number }; reply: null };
  /** Something has come due. */
  due: { params: Nothing; reply: null };
};

export type CameraCommand = {
  [Name in keyof CameraCommands]: { readonly name: Name; readonly params: CameraCommands[Name]["params"] };
}[keyof CameraCommands];

export type CameraReply = CameraCommands[keyof CameraCommands]["reply"];

/** `released`: the last viewer has left. `expired`: no viewer has asked for more. `interrupted`: the gateway is away. */
export type StopReason = "released" | "expired" | "interrupted" | "removed";

/** Every event of the camera actor; `camera.changed` is not shown outside. */
export type CameraEvents = {
  "camera.changed": {
    /** What is other than before, beside cameras. */
    readonly set: Partial<Omit<CameraState, "cameras">>;
    /** New ones, and those that are other than before. */
    readonly cameras?: readonly Camera[];
    readonly gone?: readonly string[];
  };
  "camera.stream.started": {
    readonly by: string;
    readonly cameraId: string;
    readonly streamId: string;
    readonly viewers: number;
  };
  /** `bytesEstimated`: by the bitrate that is taken for granted. */
  "camera.stream.stopped": {
    readonly by: string;
    readonly cameraId: string;
    readonly streamId: string;
    readonly reason: StopReason;
    readonly seconds: number;
    readonly bytesEstimated: number;
  };
  "camera.stream.failed": {
    readonly severity: "WARNING";
    readonly by: string;
    readonly cameraId: string;
    readonly streamId: string;
  };
  "camera.control.acquired": {
    readonly by: string;
    readonly cameraId: string;
    readonly expireTime: number;
  };
  "camera.control.takenOver": {
    readonly by: string;
    readonly cameraId: string;
    readonly from: string;
    readonly expireTime: number;
  };
  "camera.control.released": { readonly by: string; readonly cameraId: string; readonly holder: string };
  "camera.snapshot.taken": { readonly by: string; readonly cameraId: string; readonly artifactId: string };
};

export type CameraEvent = {
  [Type in keyof CameraEvents]: { readonly type: Type } & CameraEvents[Type];
}[keyof CameraEvents];
