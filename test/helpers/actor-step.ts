import type { ActorType, Decision } from "../../actors/runtime/actor.ts";

type Step<State, Event, Reply> = Required<Omit<Decision<Event, Reply>, "trace">> & { readonly state: State };

/** What one command does to this actor at a moment. */
export function stepOf<State, Command, Event, Reply>(
  type: ActorType<State, Command, Event, Reply | null>,
  actorId: string,
) {
  return (state: State, command: Command, now = 1000): Step<State, Event, Reply | null> => {
    const context = { actorId, now };
    const {
      events = [],
      timers = [],
      downlinks = [],
      postponed = [],
      reply = null,
    } = type.decide(state, command, context);
    const after = events.reduce((before, event) => type.evolve(before, event, context), state);
    return { events, timers, downlinks, postponed, reply, state: after };
  };
}
