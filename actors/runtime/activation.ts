import type { ActorType } from "./actor.ts";
import type { PartitionBatch } from "./commit-batch.ts";

/**
 * Life of an actor in memory:
 * creating -> activating -> valid <-> deactivating -> (gone: its document is in the slab or only in the store)
 *                                any of them -> invalid
 */
export type ActivationState =
  /** Asked for; waits for the next batch of loads. */
  | "creating"
  /** Its document is being loaded. */
  | "activating"
  /** Takes messages. */
  | "valid"
  /** Idle; leaves memory as soon as its changes are in a snapshot. A message makes it valid again. */
  | "deactivating"
  /** Its partition was lost: nothing may be read from it or written by it. */
  | "invalid";

export type Timers = Readonly<Record<string, number>>;

/** What is kept of an actor: its own state and its timers (due times in epoch milliseconds). */
export type Envelope<State> = { readonly state: State; readonly timers: Timers };

export const NO_TIMERS: Timers = {};

/** An actor in memory. */
export type Activation<State, Message> = {
  readonly actorId: string;
  status: ActivationState;
  /** With all decided changes, committed or not. */
  pending: Envelope<State>;
  /** With the committed changes only, up to `pos`. */
  committed: Envelope<State>;
  pos: number;
  /** The batch that holds its newest uncommitted change. */
  gate: PartitionBatch | undefined;
  /** Messages that wait for the activation. */
  mailbox: Message[];
  /** Used since the clock hand last passed. */
  touched: boolean;
};

export function nextDue(timers: Timers): number | null {
  const times = Object.values(timers);
  return times.length > 0 ? Math.min(...times) : null;
}

type Packing<State> = Pick<ActorType<State, never, never, unknown>, "pack" | "unpack">;

/** The stored text: `[state]` or `[state, timers]`. */
export function encode<State>(packing: Packing<State>, { state, timers }: Envelope<State>): string {
  const packed = packing.pack(state);
  return JSON.stringify(timers === NO_TIMERS ? [packed] : [packed, timers]);
}

export function decode<State>(packing: Packing<State>, document: string): Envelope<State> {
  const [packed, timers = NO_TIMERS] = JSON.parse(document) as [unknown, Timers?];
  return { state: packing.unpack(packed), timers };
}
