import { type Envelope, NO_TIMERS } from "./activation.ts";
import type { ActorType, Context, Decision, Downlink } from "./actor.ts";
import type { Change } from "./ports.ts";
import type { Trace } from "./spans.ts";

/** What a decision commits; undefined when it changes nothing. */
export function changeOf(
  decision: Decision<unknown, unknown>,
  { actorId, now }: Context,
  trace?: Trace,
): Change | undefined {
  const { events = [], timers = [] } = decision;
  if (events.length === 0 && timers.length === 0) return undefined;
  const change = {
    actorId,
    time: now,
    ...(events.length > 0 && { events }),
    ...(timers.length > 0 && { timers }),
  };
  return trace === undefined ? change : { ...change, trace };
}

/** What a message leads to is part of its trace, unless it has one of its own. */
export function traced(downlinks: readonly Downlink[] = [], trace: Trace): readonly Downlink[] {
  return downlinks.map((downlink) => ({ trace, ...downlink }));
}

/** Null: due timers. */
export function nameOf(command: unknown): string {
  const isNamed = typeof command === "object" && command !== null && "name" in command;
  return isNamed ? String(command.name) : "timers";
}

/** More than any message needs. JSON text of endless nesting cannot be made, and a commit is tried for ever. */
const MAX_LEVELS = 100;

/** What a dead letter keeps of a command: its name alone when it is nested too deep to be written. */
export function storable(command: unknown): unknown {
  return isDeeper(command, MAX_LEVELS) ? { name: nameOf(command) } : command;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

/** Each due timer is one command to the actor; all of them are one change, so that each fires once, or later again. */
export function decideTimers<State, Command, Event, Reply>(
  type: ActorType<State, Command, Event, Reply>,
  envelope: Envelope<State>,
  context: Context,
): Decision<Event, Reply> {
  let { state } = envelope;
  const due = dueNames(envelope, context.now);
  const decisions = due.map((name) => {
    if (!type.timerDue) throw new Error(`actor type ${type.name} sets timers but does not handle them`);
    const decision = type.decide(state, type.timerDue(name, context.actorId), context);
    for (const event of decision.events ?? []) state = type.evolve(state, event, context);
    return decision;
  });
  const postponed = decisions.flatMap((decision) => decision.postponed ?? []);
  const isOver = (timer: string) => postponed.every(({ name }) => name !== timer);
  return {
    events: decisions.flatMap((decision) => decision.events ?? []),
    downlinks: decisions.flatMap((decision) => decision.downlinks ?? []),
    timers: [
      ...due.filter(isOver).map((name) => ({ name, at: null })),
      ...decisions.flatMap((decision) => decision.timers ?? []),
    ],
    postponed,
  };
}

function dueNames({ timers }: Envelope<unknown>, now: number): string[] {
  if (timers === NO_TIMERS) return [];
  return Object.keys(timers).filter((name) => (timers[name] ?? Number.POSITIVE_INFINITY) <= now);
}
