import type { PresenceCommand, PresenceEvent, PresenceReply } from "../../../actors/presence/contract.ts";
import type { GatewayPresence } from "../../../actors/presence/state.ts";
import type { ActorHost } from "../../../actors/runtime/host.ts";

export type PresenceHost = ActorHost<GatewayPresence, PresenceCommand, PresenceEvent, PresenceReply>;
