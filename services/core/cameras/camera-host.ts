import type { CameraCommand, CameraEvent, CameraReply } from "../../../actors/camera/contract.ts";
import type { CameraState } from "../../../actors/camera/state.ts";
import type { ActorHost } from "../../../actors/runtime/host.ts";

export type CameraHost = ActorHost<CameraState, CameraCommand, CameraEvent, CameraReply>;
