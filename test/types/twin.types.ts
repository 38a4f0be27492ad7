/** Checked by the compiler, never run; see bridge.types.ts. */
import type { TwinCommand, TwinEvent } from "../../actors/twin/contract.ts";
import type { TwinState } from "../../actors/twin/state.ts";
import type { CommandHandlers, EventHandlers } from "../../actors/twin/twin.ts";

declare const commands: CommandHandlers;
declare const events: EventHandlers;

const { hello, ...withoutHello } = commands;
const { "twin.removed": removed, ...withoutRemoved } = events;

// @ts-expect-error a command without a handler
export const forgottenCommand: CommandHandlers = withoutHello;
// @ts-expect-error an event without a handler
export const forgottenEvent: EventHandlers = withoutRemoved;
// @ts-expect-error a handler for a command that there is not
export const surplusCommand: CommandHandlers = { ...withoutHello, hello, bye: hello };
// @ts-expect-error the handler of another command: its reply is another one
export const wrongCommand: CommandHandlers = { ...withoutHello, hello: commands.getTwin };
// @ts-expect-error an event handler that gives no state
export const wrongEvent: EventHandlers = { ...withoutRemoved, "twin.removed": () => null };
export const complete: [CommandHandlers, EventHandlers] = [
  { ...withoutHello, hello },
  { ...withoutRemoved, "twin.removed": removed },
];

// @ts-expect-error no such command
export const unknownCommand: TwinCommand = { name: "renameTwin", params: {} };
// @ts-expect-error who asks is missing
export const anonymous: TwinCommand = { name: "updateDesired", params: { patch: {} } };
// @ts-expect-error the params of another command
export const confused: TwinCommand = { name: "hello", params: { patch: {} } };
// @ts-expect-error an event without what it says
export const empty: TwinEvent = { type: "twin.reported.updated" };

export function states(state: TwinState): void {
  // @ts-expect-error state is never changed in place
  state.version = 2;
  // @ts-expect-error nor what is below it
  state.desired.state.a = 1;
  // @ts-expect-error nor its lists
  state.requests.push("r1");
}
