import type { Context } from "../../runtime/actor.ts";
import type { CommandEvents } from "../contract.ts";
import type { GatewayCommands } from "../state.ts";

export function created(
  state: GatewayCommands,
  { commandId, name, args, priority, deadline }: CommandEvents["command.created"],
  { now, trace }: Context,
): GatewayCommands {
  const command = { id: commandId, name, args, priority, createTime: now, deadline, ...(trace && { trace }) };
  return { ...state, open: [...state.open, command] };
}
