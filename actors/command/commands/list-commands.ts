import type { Decision } from "../../runtime/actor.ts";
import type { CommandCommands, CommandEvent } from "../contract.ts";
import type { CommandLimits } from "../limits.ts";
import type { GatewayCommands } from "../state.ts";
import { endedView, openView } from "../view.ts";

type List = CommandCommands["listCommands"];

export function listCommands(
  _limits: CommandLimits,
  { open, ended }: GatewayCommands,
  _params: List["params"],
): Decision<CommandEvent, List["reply"]> {
  return { reply: [...open.map(openView), ...ended.map(endedView)] };
}
