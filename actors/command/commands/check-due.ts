import type { Context, Decision } from "../../runtime/actor.ts";
import { downlinkOf } from "../changes.ts";
import type { CommandCommands, CommandEvent } from "../contract.ts";
import { sent } from "../lanes.ts";
import type { CommandLimits } from "../limits.ts";
import type { GatewayCommands } from "../state.ts";

/** An owner that died after its commit may not have sent what it should: the next one sends it, be it once more. */
export function checkDue(
  _limits: CommandLimits,
  { open }: GatewayCommands,
  _params: CommandCommands["checkDue"]["params"],
  context: Context,
): Decision<CommandEvent, null> {
  const { now, ownedSince = now } = context;
  const doubtful = sent(open).filter(({ createTime, deadline }) => createTime < ownedSince && deadline > now);
  return { downlinks: doubtful.map((command) => downlinkOf(command, context)), reply: null };
}
