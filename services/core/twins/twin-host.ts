import type { ActorHost } from "../../../actors/runtime/host.ts";
import type { TwinCommand, TwinEvent, TwinReply } from "../../../actors/twin/contract.ts";
import type { TwinState } from "../../../actors/twin/state.ts";

export type TwinHost = ActorHost<TwinState, TwinCommand, TwinEvent, TwinReply>;
