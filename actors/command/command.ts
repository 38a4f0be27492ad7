import type { ActorType } from "../runtime/actor.ts";
import { decideBy, type HandlersOf } from "../runtime/handlers.ts";
import { CHECKS, DEADLINE } from "./changes.ts";
import { cancelCommand } from "./commands/cancel-command.ts";
import { checkDue } from "./commands/check-due.ts";
import { createCommand } from "./commands/create-command.ts";
import { deadlineDue } from "./commands/deadline-due.ts";
import { getCommand } from "./commands/get-command.ts";
import { listCommands } from "./commands/list-commands.ts";
import { recordAnswer } from "./commands/record-answer.ts";
import { removeCommands } from "./commands/remove-commands.ts";
import { sendAgain } from "./commands/send-again.ts";
import type { CommandCommand, CommandCommands, CommandEvent, CommandReply } from "./contract.ts";
import { type PackedCommands, packCommands, unpackCommands } from "./document.ts";
import { apply } from "./events/apply.ts";
import { COMMAND_LIMITS, type CommandLimits } from "./limits.ts";
import { type GatewayCommands, NO_COMMANDS } from "./state.ts";

type CommandHandlers = HandlersOf<CommandLimits, GatewayCommands, CommandCommands, CommandEvent>;

const commands: CommandHandlers = {
  // by gateways
  recordAnswer,
  sendAgain,
  // by timers
  deadlineDue,
  checkDue,
  // by people and programs
  createCommand,
  cancelCommand,
  getCommand,
  listCommands,
  removeCommands,
};

const TIMERS: Readonly<Record<string, CommandCommand>> = {
  [DEADLINE]: { name: "deadlineDue", params: {} },
  ...Object.fromEntries(CHECKS.map((name) => [name, { name: "checkDue", params: {} } as const])),
};

type CommandActor = ActorType<GatewayCommands, CommandCommand, CommandEvent, CommandReply>;

/** The commands that a gateway has to carry out, and how those went that it had lately. */
export function commandActor(limits: CommandLimits = COMMAND_LIMITS): CommandActor {
  return {
    name: "command",
    pack: packCommands,
    unpack: (packed) => unpackCommands(packed as PackedCommands),
    initial: () => NO_COMMANDS,
    decide: (state, command, context) => decideBy(commands, limits, state, command, context),
    evolve: apply,
    isEmpty: ({ open, ended, left }) => open.length + ended.length + left.length === 0,
    timerDue,
  };
}

function timerDue(timer: string): CommandCommand {
  const command = TIMERS[timer];
  if (!command) throw new Error(`the command actor has no timer '${timer}'`);
  return command;
}
