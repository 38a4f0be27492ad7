import type { Context } from "../../runtime/actor.ts";
import type { CommandEvent, CommandEvents } from "../contract.ts";
import { type GatewayCommands, NO_COMMANDS } from "../state.ts";
import { created } from "./created.ts";
import { finished } from "./finished.ts";

type EventHandlers = {
  readonly [Type in keyof CommandEvents]: (
    state: GatewayCommands,
    event: CommandEvents[Type],
    context: Context,
  ) => GatewayCommands;
};

const events: EventHandlers = {
  "command.created": created,
  "command.finished": finished,
  "command.all.removed": () => NO_COMMANDS,
};

export function apply(state: GatewayCommands, event: CommandEvent, context: Context): GatewayCommands {
  return fold(state, event, context);
}

function fold<Type extends keyof CommandEvents>(
  state: GatewayCommands,
  event: { readonly type: Type } & CommandEvents[Type],
  context: Context,
): GatewayCommands {
  return events[event.type](state, event, context);
}
