import type { CommandCommand, GatewayAnswer, NewCommand } from "../../actors/command/contract.ts";
import { commandIdOf } from "../../actors/command/ids.ts";

export const GATEWAY = "gw:1";

/** The id of the command of a request. */
export const idOf = (request: string, gatewayId = GATEWAY) => commandIdOf(gatewayId, request);

export function create(request: string, more: Partial<NewCommand> = {}): CommandCommand {
  const commandId = idOf(request);
  const params = { name: "reboot", args: {}, timeoutMs: 10_000, isOffline: false, by: "api:op" };
  return { name: "createCommand", params: { commandId, ...params, priority: "NORMAL", ...more } };
}

export function answer(request: string, more: Partial<GatewayAnswer> = {}): CommandCommand {
  return { name: "recordAnswer", params: { commandId: idOf(request), ...more } };
}

export function cancel(request: string): CommandCommand {
  return { name: "cancelCommand", params: { commandId: idOf(request), by: "api:op" } };
}
