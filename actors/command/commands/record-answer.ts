import { DomainError } from "../../contracts/errors.ts";
import type { Context, Decision } from "../../runtime/actor.ts";
import { finishedEvent, following, timedOut } from "../changes.ts";
import type { CommandCommands, CommandEvent, GatewayAnswer } from "../contract.ts";
import { type CommandLimits, resultProblem } from "../limits.ts";
import type { GatewayCommands, OpenCommand } from "../state.ts";
import { findCommand } from "../view.ts";

type Record = CommandCommands["recordAnswer"];

/** The first answer that comes in time ends the command. */
export function recordAnswer(
  limits: CommandLimits,
  state: GatewayCommands,
  answer: Record["params"],
  context: Context,
): Decision<CommandEvent, Record["reply"]> {
  const { commandId } = answer;
  const command = state.open.find(({ id }) => id === commandId);
  if (!command) {
    if (findCommand(state, commandId)) return { reply: "late" };
    throw new DomainError("COMMAND_NOT_FOUND", { commandId });
  }
  const { trace } = command;
  // Its timer is just about to fire.
  if (command.deadline <= context.now)
    return { ...following(state, timedOut(state, context), context), reply: "late", trace };
  const ended = endOf(command, answer, limits, context);
  return { ...following(state, [ended], context), reply: "recorded", trace };
}

function endOf(
  command: OpenCommand,
  { result, error }: GatewayAnswer,
  limits: CommandLimits,
  { actorId }: Context,
): CommandEvent {
  const by = `gateway:${actorId}`;
  const problem = error ?? (result === undefined ? undefined : resultProblem(result, limits));
  if (problem) return finishedEvent(command, "FAILED", { error: problem, by });
  return finishedEvent(command, "SUCCEEDED", { ...(result !== undefined && { result }), by });
}
