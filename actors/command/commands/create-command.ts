import { DomainError } from "../../contracts/errors.ts";
import type { Context, Decision } from "../../runtime/actor.ts";
import { following } from "../changes.ts";
import type { CommandCommands, CommandEvent } from "../contract.ts";
import { type CommandLimits, checkArgs, checkRoom } from "../limits.ts";
import type { GatewayCommands } from "../state.ts";
import { findCommand } from "../view.ts";

type Create = CommandCommands["createCommand"];

export function createCommand(
  limits: CommandLimits,
  state: GatewayCommands,
  params: Create["params"],
  context: Context,
): Decision<CommandEvent, Create["reply"]> {
  const { commandId: id, isOffline, timeoutMs, ...command } = params;
  const found = findCommand(state, id);
  if (found) return { reply: found };
  const { actorId: gatewayId, now } = context;
  checkArgs(command.args, limits);
  if (isOffline) throw new DomainError("GATEWAY_OFFLINE", { gatewayId });
  checkRoom(gatewayId, state.open, command, limits);
  const deadline = now + timeoutMs;
  const created = { type: "command.created", commandId: id, ...command, deadline } as const;
  const reply = { id, gatewayId, name: command.name, state: "PENDING", createTime: now } as const;
  return { ...following(state, [created], context), reply };
}
