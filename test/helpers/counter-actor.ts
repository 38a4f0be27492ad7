import { DomainError } from "../../actors/contracts/errors.ts";
import type { ActorType, Decision } from "../../actors/runtime/actor.ts";

export type CounterState = { readonly count: number };
export type CounterCommand =
  | { readonly name: "add"; readonly by: number }
  | { readonly name: "get" }
  | { readonly name: "refuse" }
  | { readonly name: "poison"; readonly dose?: unknown }
  | { readonly name: "remindAt"; readonly at: number | null }
  | { readonly name: "reset" }
  | { readonly name: "tell" };
export type CounterEvent = { readonly type: "added"; readonly by: number } | { readonly type: "reset" };

/** The smallest actor that uses everything of the runtime: it adds numbers up. Its timer adds 1000. */
export const counterActor: ActorType<CounterState, CounterCommand, CounterEvent, number> = {
  name: "counter",
  pack: ({ count }) => count,
  unpack: (packed) => ({ count: Number(packed) }),
  initial: () => ({ count: 0 }),
  isEmpty: ({ count }) => count === 0,
  evolve: (state, event) => ({ count: event.type === "added" ? state.count + event.by : 0 }),
  isRoutine: (event) => event.type === "added",
  timerDue: () => ({ name: "add", by: 1000 }),
  decide: (state, command, context): Decision<CounterEvent, number> => {
    switch (command.name) {
      case "add":
        return { events: [{ type: "added", by: command.by }], reply: state.count + command.by };
      case "get":
        return { reply: state.count };
      case "refuse":
        throw new DomainError("VERSION_MISMATCH", { currentVersion: state.count, expectedVersion: -1 });
      case "poison":
        throw new Error("this message is poison");
      case "remindAt":
        return { timers: [{ name: "reminder", at: command.at }], reply: state.count };
      case "reset":
        return { events: [{ type: "reset" }], reply: 0 };
      case "tell":
        return {
          events: [{ type: "added", by: 1 }],
          downlinks: [{ gatewayId: context.actorId, topic: "note", payload: state.count + 1 }],
        };
    }
  },
};
