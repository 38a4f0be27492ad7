import type { Decision } from "../../runtime/actor.ts";
import type { CommandCommands, CommandEvent } from "../contract.ts";
import type { CommandLimits } from "../limits.ts";
import type { GatewayCommands } from "../state.ts";
import { findCommand } from "../view.ts";

type Get = CommandCommands["getCommand"];

export function getCommand(
  _limits: CommandLimits,
  state: GatewayCommands,
  { commandId }: Get["params"],
): Decision<CommandEvent, Get["reply"]> {
  return { reply: findCommand(state, commandId) };
}
