import type { Context, Decision } from "../../runtime/actor.ts";
import { downlinkOf } from "../changes.ts";
import type { CommandCommands, CommandEvent } from "../contract.ts";
import { sent } from "../lanes.ts";
import type { CommandLimits } from "../limits.ts";
import type { GatewayCommands } from "../state.ts";

type Again = CommandCommands["sendAgain"];

/** The gateway is back: it knows a copy by the command's id. */
export function sendAgain(
  _limits: CommandLimits,
  { open }: GatewayCommands,
  _params: Again["params"],
  context: Context,
): Decision<CommandEvent, Again["reply"]> {
  const inTime = sent(open).filter(({ deadline }) => deadline > context.now);
  return { downlinks: inTime.map((command) => downlinkOf(command, context)), reply: open.length };
}
