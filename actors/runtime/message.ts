import type { Activation } from "./activation.ts";
import type { Outcome } from "./actor.ts";
import type { Partition } from "./partition.ts";
import type { Span, Trace } from "./spans.ts";

/** A command on its way through an actor's mailbox. */
export type Message<Command, Reply> = {
  /** Null: the actor's due timers. */
  readonly command: Command | null;
  readonly done: (outcome: Outcome<Reply>) => void;
  /** Of whoever sent it. */
  readonly trace: Trace | undefined;
  /** From its turn on, when it is part of a trace. */
  span: Span | undefined;
};

/** An owned partition, and an actor in it, of a host. */
export type Owned<State, Command, Reply> = Partition<State, Message<Command, Reply>>;
export type Actor<State, Command, Reply> = Activation<State, Message<Command, Reply>>;

/** What waits in the mailbox; it is empty then. */
export function takeMailbox<State, Message>(activation: Activation<State, Message>): Message[] {
  const messages = activation.mailbox;
  activation.mailbox = [];
  return messages;
}
