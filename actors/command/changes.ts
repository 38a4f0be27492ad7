import type { CommandEnd } from "../contracts/commands.ts";
import type { Context, Decision, Downlink, TimerChange } from "../runtime/actor.ts";
import type { CommandEvent, CommandEvents } from "./contract.ts";
import { apply } from "./events/apply.ts";
import { newlySent } from "./lanes.ts";
import type { GatewayCommands, OpenCommand } from "./state.ts";

export const DEADLINE = "deadline";
/**
 * Two to four seconds after something is to be sent, it is seen whether its owner has lived to do so. What is sent in
 * the same slot of time is seen to together; the next slots have timers of their own, else under steady work it would
 * be put off for ever.
 */
export const CHECKS = ["check.0", "check.1", "check.2"] as const;
const SLOT_MS = 2000;

const NO_CHECKS: readonly TimerChange[] = CHECKS.map((name) => ({ name, at: null }));

type Consequences = Required<Pick<Decision<CommandEvent, never>, "events" | "downlinks" | "timers">>;

/** What follows from the events: what the gateway is told next, and when the next deadline is. */
export function following(
  state: GatewayCommands,
  events: readonly CommandEvent[],
  context: Context,
): Consequences {
  const after = events.reduce((folded, event) => apply(folded, event, context), state);
  const told = newlySent(state.open, after.open);
  return {
    events,
    downlinks: told.map((command) => downlinkOf(command, context)),
    timers: [...deadlineTimer(state, after), ...checkTimer(state, after, told, context)],
  };
}

export function downlinkOf({ id, name, args, deadline, trace }: OpenCommand, { actorId }: Context): Downlink {
  const payload = { id, name, args, deadline, replyTo: `gw/${actorId}/res/${id}` };
  return { gatewayId: actorId, topic: "command", payload, ...(trace && { trace }) };
}

export function finishedEvent(
  { id, name, createTime }: OpenCommand,
  state: CommandEnd,
  more: Pick<CommandEvents["command.finished"], "result" | "error" | "by" | "reason"> = {},
): CommandEvent {
  return { type: "command.finished", commandId: id, name, state, createTime, ...more };
}

/** The end of those whose time is over. */
export function timedOut({ open }: GatewayCommands, { now }: Context): CommandEvent[] {
  return open.filter(({ deadline }) => deadline <= now).map((each) => finishedEvent(each, "TIMED_OUT"));
}

/** Epoch milliseconds; null when nothing is open. */
export function nextDeadline({ open }: GatewayCommands): number | null {
  return open.length > 0 ? Math.min(...open.map(({ deadline }) => deadline)) : null;
}

function deadlineTimer(before: GatewayCommands, after: GatewayCommands): TimerChange[] {
  const at = nextDeadline(after);
  return at === nextDeadline(before) ? [] : [{ name: DEADLINE, at }];
}

function checkTimer(
  before: GatewayCommands,
  after: GatewayCommands,
  told: readonly OpenCommand[],
  { now }: Context,
): readonly TimerChange[] {
  const slot = Math.floor(now / SLOT_MS);
  if (told.length > 0) return [{ name: `check.${slot % CHECKS.length}`, at: (slot + 2) * SLOT_MS }];
  return after.open.length === 0 && before.open.length > 0 ? NO_CHECKS : [];
}
