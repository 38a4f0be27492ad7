import type { CommandCommand, CommandEvent, CommandReply } from "../../../actors/command/contract.ts";
import type { GatewayCommands } from "../../../actors/command/state.ts";
import type { ActorHost } from "../../../actors/runtime/host.ts";

export type CommandHost = ActorHost<GatewayCommands, CommandCommand, CommandEvent, CommandReply>;
