import type { ConfigCommand, ConfigEvent, ConfigReply } from "../../../actors/config/contract.ts";
import type { ConfigState } from "../../../actors/config/state.ts";
import type { ActorHost } from "../../../actors/runtime/host.ts";

export type ConfigHost = ActorHost<ConfigState, ConfigCommand, ConfigEvent, ConfigReply>;
