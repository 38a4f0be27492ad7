import type { ErrorValue } from "../contracts/errors.ts";
import type { JsonValue } from "../contracts/json.ts";
import type { Trace } from "./spans.ts";

/** What an actor's decision may depend on besides its state and the message. */
export type Context = {
  readonly actorId: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** With a decision: since when this node has listened for the actor, by the clock of `now`. */
  readonly ownedSince?: number;
  /** What the message, or the change, is part of. */
  readonly trace?: Trace | undefined;
};

/** A message to a gateway, sent after the commit of the change that caused it. */
export type Downlink = {
  readonly gatewayId: string;
  readonly topic: string;
  readonly payload: JsonValue;
  /** That of the message which caused it, when nothing is given. */
  readonly trace?: Trace | undefined;
};

/** `at` in epoch milliseconds sets the timer of that name anew; null removes it. */
export type TimerChange = { readonly name: string; readonly at: number | null };

/** A timer that is due shall be asked again `at` (epoch milliseconds). Nothing is stored: after a claim it is due. */
export type Postponement = { readonly name: string; readonly at: number };

/** What a handler wants to happen. The host commits the events first; everything else follows the commit. */
export type Decision<Event, Reply> = {
  readonly events?: readonly Event[];
  readonly reply?: Reply;
  readonly downlinks?: readonly Downlink[];
  readonly timers?: readonly TimerChange[];
  /** Only from the command of a due timer. */
  readonly postponed?: readonly Postponement[];
  /** The message turns out to belong to this one: it answers what was caused by it. */
  readonly trace?: Trace | undefined;
};

/**
 * One kind of actor, as pure functions. `decide` may throw a DomainError to reject a message; anything else it
 * throws is a fault of ours: the message becomes a dead letter and the partition goes on.
 */
export type ActorType<State, Command, Event, Reply> = {
  readonly name: string;
  /** The state as the JSON value that is stored, and back. */
  readonly pack: (state: State) => unknown;
  readonly unpack: (packed: unknown) => State;
  readonly initial: (actorId: string) => State;
  readonly decide: (state: State, command: Command, context: Context) => Decision<Event, Reply>;
  readonly evolve: (state: State, event: Event, context: Context) => State;
  /** Is there nothing to keep? Such an actor's document is removed from the store. */
  readonly isEmpty: (state: State) => boolean;
  /** Most events are: those that only what keeps all events wants to see. None is when this is not given. */
  readonly isRoutine?: (event: Event) => boolean;
  /** The command that tells an actor that its timer is due. */
  readonly timerDue?: (timer: string, actorId: string) => Command;
};

/** What became of one message. A reply is handed out only after the commit of everything it saw. */
export type Outcome<Reply> =
  | { readonly ok: true; readonly reply: Reply | undefined }
  | { readonly ok: false; readonly error: ErrorValue };

export function rejected<Reply>(error: ErrorValue): Outcome<Reply> {
  return { ok: false, error };
}
