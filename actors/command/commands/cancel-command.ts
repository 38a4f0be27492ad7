import type { Context, Decision } from "../../runtime/actor.ts";
import { finishedEvent, following } from "../changes.ts";
import type { CommandCommands, CommandEvent } from "../contract.ts";
import type { CommandLimits } from "../limits.ts";
import type { GatewayCommands } from "../state.ts";
import { findCommand, openView } from "../view.ts";

type Cancel = CommandCommands["cancelCommand"];

/** One that waits is never sent. One that was sent may be carried out all the same; its answer changes nothing. */
export function cancelCommand(
  _limits: CommandLimits,
  state: GatewayCommands,
  { commandId, ...who }: Cancel["params"],
  context: Context,
): Decision<CommandEvent, Cancel["reply"]> {
  const command = state.open.find(({ id }) => id === commandId);
  if (!command) return { reply: findCommand(state, commandId) };
  const canceled = finishedEvent(command, "CANCELED", who);
  const endTime = Math.max(context.now, command.createTime);
  const reply = { ...openView(command), state: "CANCELED", endTime } as const;
  return { ...following(state, [canceled], context), reply };
}
