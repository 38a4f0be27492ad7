import { type Envelope, NO_TIMERS, type Timers } from "./activation.ts";
import type { ActorType, TimerChange } from "./actor.ts";
import type { Change } from "./ports.ts";

type Evolving<State, Event> = Pick<ActorType<State, never, Event, unknown>, "evolve">;

/** An actor after one of its changes. */
export function foldChange<State, Event>(
  type: Evolving<State, Event>,
  envelope: Envelope<State>,
  change: Change,
): Envelope<State> {
  const context = { actorId: change.actorId, now: change.time, trace: change.trace };
  let { state } = envelope;
  for (const event of change.events ?? []) state = type.evolve(state, event as Event, context);
  return { state, timers: foldTimers(envelope.timers, change.timers ?? []) };
}

function foldTimers(timers: Timers, changes: readonly TimerChange[]): Timers {
  if (changes.length === 0) return timers;
  const result = { ...timers };
  for (const { name, at } of changes) {
    if (at === null) delete result[name];
    else result[name] = at;
  }
  return Object.keys(result).length > 0 ? result : NO_TIMERS;
}
