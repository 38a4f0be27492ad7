import { type Static, Type } from "typebox";
import type { CameraCommand, CameraReply } from "../camera/contract.ts";
import type { Outcome } from "../runtime/actor.ts";
import type { Ask } from "../runtime/ask.ts";
import type { ActionContract } from "./action.ts";
import { Artifact, ArtifactId } from "./artifacts.ts";
import { Command } from "./commands.ts";
import { ListParams } from "./gateways.ts";
import { GatewayId } from "./ids.ts";

const closed = { additionalProperties: false } as const;
const Rfc3339 = Type.String({ description: "RFC 3339 in UTC" });
const CameraId = Type.String({
  minLength: 1,
  maxLength: 128,
  description: "Id of a camera, unique within its gateway",
});
const Viewer = Type.String({
  minLength: 1,
  maxLength: 128,
  description: "Who watches, in the caller's words",
});
const Ttl = Type.Optional(Type.Integer({ minimum: 1, maximum: 3600, description: "60 when not given" }));
const RequestId = Type.Optional(Type.String({ maxLength: 256 }));
const Degrees = Type.Number({ minimum: -360, maximum: 360, description: "degrees" });
const Speed = Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: "part of the highest" }));

export const DEFAULT_LEASE_SECONDS = 60;

/** `STOPPING`: nobody watches, and the gateway has not said yet that the push has ended. */
const STREAM_STATES = ["OFF", "STARTING", "ON", "INTERRUPTED", "STOPPING"] as const;

const Lease = Type.Object({ viewer: Viewer, by: Type.String(), expireTime: Rfc3339 }, closed);
const Control = Type.Object({ holder: Type.String(), expireTime: Rfc3339 }, closed);

export const Camera = Type.Object(
  {
    cameraId: CameraId,
    gatewayId: GatewayId,
    displayName: Type.String(),
    /** It can be moved. */
    ptz: Type.Boolean(),
    stream: Type.Object(
      {
        state: Type.Enum(STREAM_STATES),
        streamId: Type.Optional(Type.String()),
        url: Type.Optional(Type.String()),
        viewers: Type.Array(Lease),
      },
      closed,
    ),
    control: Type.Union([Control, Type.Null()]),
  },
  { ...closed, title: "Camera" },
);
export type Camera = Static<typeof Camera>;

const StreamLease = Type.Object(
  { streamId: Type.String(), url: Type.String(), expireTime: Rfc3339 },
  { ...closed, title: "StreamLease" },
);
export type StreamLease = Static<typeof StreamLease>;

/** How a camera is moved; the arguments are those of the gateway's command of the same name. */
export const MOVES = ["move", "zoom", "focus"] as const;
export type MoveKind = (typeof MOVES)[number];

const inCamera = { gatewayId: GatewayId, cameraId: CameraId };
const path = "/v1/gateways/:gatewayId/cameras";
const one = `${path}/:cameraId`;
const post = (verb: string) =>
  ({ method: "POST", path: `${one}:${verb}`, role: "operator", body: "fields" }) as const;

const Wanted = Type.Object(
  {
    ...inCamera,
    kind: Type.Enum(MOVES),
    args: Type.Record(Type.String(), Type.Number()),
    /** The same one again is the same move. */
    moveId: Type.String({ maxLength: 256 }),
    by: Type.String({ maxLength: 256 }),
    /** Answers after so many milliseconds in any case. */
    waitMs: Type.Number({ minimum: 0, maximum: 3000 }),
  },
  closed,
);
export type WantedMove = Static<typeof Wanted>;

export const cameraActions = {
  "cameras.list": {
    summary: "The cameras of a gateway, and what their streams have cost it.",
    params: Type.Object({ gatewayId: GatewayId, ...ListParams }, closed),
    result: Type.Object(
      {
        cameras: Type.Array(Camera),
        nextPageToken: Type.String(),
        /** All streams of the gateway. */
        streamed: Type.Object(
          {
            seconds: Type.Number({ minimum: 0 }),
            bytesEstimated: Type.Integer({ minimum: 0, description: "by the bitrate that is set" }),
          },
          closed,
        ),
      },
      closed,
    ),
    rest: { method: "GET", path, role: "viewer", body: "none" },
  },
  "cameras.get": {
    summary: "One camera: its stream, who watches, and who controls it.",
    params: Type.Object(inCamera, closed),
    result: Camera,
    rest: { method: "GET", path: one, role: "viewer", body: "none" },
  },
  /** Throws CAMERA_NOT_FOUND, TOO_MANY_VIEWERS, CAMERA_REFUSED, GATEWAY_OFFLINE, COMMAND_TIMEOUT. */
  "cameras.startStream": {
    summary: "Watches a camera for a while; the first viewer lets its stream begin.",
    params: Type.Object({ ...inCamera, viewer: Viewer, ttlSeconds: Ttl }, closed),
    result: StreamLease,
    rest: post("startStream"),
  },
  /** Throws LEASE_NOT_FOUND. */
  "cameras.keepStream": {
    summary: "Goes on watching.",
    params: Type.Object({ ...inCamera, viewer: Viewer, ttlSeconds: Ttl }, closed),
    result: StreamLease,
    rest: post("keepStream"),
  },
  "cameras.stopStream": {
    summary: "Watches no longer; the stream ends when nobody does.",
    params: Type.Object({ ...inCamera, viewer: Viewer }, closed),
    result: Type.Object({}, closed),
    rest: post("stopStream"),
  },
  /** Of moves that wait, the newest is sent. Throws SUPERSEDED, CONTROL_HELD, CAMERA_NOT_MOVABLE. */
  "cameras.move": {
    summary: "Turns a camera.",
    params: Type.Object(
      { ...inCamera, pan: Degrees, tilt: Degrees, speed: Speed, requestId: RequestId },
      closed,
    ),
    result: Command,
    rest: post("move"),
  },
  "cameras.zoom": {
    summary: "Zooms a camera.",
    params: Type.Object(
      {
        ...inCamera,
        zoom: Type.Number({ minimum: -1000, maximum: 1000 }),
        speed: Speed,
        requestId: RequestId,
      },
      closed,
    ),
    result: Command,
    rest: post("zoom"),
  },
  "cameras.focus": {
    summary: "Focuses a camera.",
    params: Type.Object(
      {
        ...inCamera,
        focus: Type.Number({ minimum: -1000, maximum: 1000 }),
        speed: Speed,
        requestId: RequestId,
      },
      closed,
    ),
    result: Command,
    rest: post("focus"),
  },
  /** An admin takes it over from others. Throws CONTROL_HELD. */
  "cameras.acquireControl": {
    summary: "Keeps others from moving a camera for a while.",
    params: Type.Object({ ...inCamera, ttlSeconds: Ttl }, closed),
    result: Type.Object({ ...Control.properties, cameraId: CameraId }, closed),
    rest: post("acquireControl"),
  },
  "cameras.releaseControl": {
    summary: "Lets others move the camera again.",
    params: Type.Object(inCamera, closed),
    result: Type.Object({}, closed),
    rest: { ...post("releaseControl"), body: "none" },
  },
  /** `url`: where the picture is downloaded. */
  "cameras.snapshot": {
    summary: "Takes a picture.",
    params: Type.Object(inCamera, closed),
    result: Type.Object({ artifact: ArtifactId, url: Type.String() }, closed),
    rest: { ...post("snapshot"), body: "none" },
  },
  "cameras.downloadSnapshot": {
    summary: "A picture that was taken, or a range of it.",
    params: Type.Object({ ...inCamera, artifactId: ArtifactId }, closed),
    result: Artifact,
    rest: {
      method: "GET",
      path: `${one}/snapshots/:artifactId`,
      role: "viewer",
      body: "none",
      transfer: "download",
    },
  },
  /** Moves a camera from the node, pinned to it, that owns the gateway's cameras; null: it goes on, ask again. */
  "cameras.steer": {
    params: Wanted,
    result: Type.Unsafe<Outcome<Static<typeof Command> | null>>({}),
  },
  /** As `twins.ask`. */
  "cameras.ask": {
    params: Type.Unsafe<{ readonly asks: readonly Ask<CameraCommand>[] }>({}),
    result: Type.Unsafe<readonly Outcome<CameraReply>[]>({}),
  },
} as const satisfies Record<string, ActionContract>;
