import { DomainError, type ErrorValue } from "../contracts/errors.ts";
import type { Envelope } from "./activation.ts";
import { type Downlink, type Outcome, rejected } from "./actor.ts";
import type { CommitListener, PartitionBatch } from "./commit-batch.ts";
import type { HostOptions } from "./host-options.ts";
import type { Actor, Message, Owned } from "./message.ts";

type AnswersOptions = Pick<
  HostOptions<never, never, never, never>,
  "mayAnswer" | "maxWaiting" | "sendDownlinks"
>;

/** Messages by what became of them. */
export type Answered = { readonly ok: number; readonly refused: number };

/** What a message has led to. */
type Result<State, Command, Reply> = {
  readonly partition: Owned<State, Command, Reply>;
  readonly activation: Actor<State, Command, Reply>;
  readonly message: Message<Command, Reply>;
  readonly outcome: Outcome<Reply>;
  readonly downlinks: readonly Downlink[] | undefined;
  /** The actor after the change that the message made, if it made one. */
  readonly after: Envelope<State> | undefined;
};

/** Hands the answers of a host out, each after the commit of everything that it tells. */
export class Answers<State, Command, Reply> {
  readonly #options: AnswersOptions;
  #waiting = 0;
  #ok = 0;
  #refused = 0;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** Messages accepted and not answered yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Since the start. */
  get answered(): Answered {
    return { ok: this.#ok, refused: this.#refused };
  }

  /** Counts a message that will be answered; false when there are too many. */
  expect(): boolean {
    if (this.#waiting >= this.#options.maxWaiting) return false;
    this.#waiting += 1;
    return true;
  }

  /** After the batch that holds the actor's newest change; at once when all of them are committed. */
  give(result: Result<State, Command, Reply>): void {
    const { partition, activation, message, outcome, downlinks } = result;
    if (activation.gate) return activation.gate.wait(new GatedAnswer(this, result));
    if (!this.#options.mayAnswer()) return this.refuse(message, notOwner(partition));
    this.giveNow(message, outcome, downlinks);
  }

  giveNow(
    message: Message<Command, Reply>,
    outcome: Outcome<Reply>,
    downlinks: readonly Downlink[] | undefined,
  ): void {
    if (downlinks && downlinks.length > 0) this.#options.sendDownlinks(downlinks);
    if (message.command !== null) this.#count(outcome.ok);
    message.span?.end(outcome.ok ? undefined : outcome.error.type);
    message.done(outcome);
  }

  #count(isOk: boolean): void {
    this.#waiting -= 1;
    if (isOk) this.#ok += 1;
    else this.#refused += 1;
  }

  refuse(message: Message<Command, Reply>, error: ErrorValue): void {
    this.giveNow(message, rejected(error), undefined);
  }
}

/** One that waits for its batch. An object instead of functions: there is one for each message. */
class GatedAnswer<State, Command, Reply> implements CommitListener {
  readonly #answers: Answers<State, Command, Reply>;
  readonly #result: Result<State, Command, Reply>;

  constructor(answers: Answers<State, Command, Reply>, result: Result<State, Command, Reply>) {
    this.#answers = answers;
    this.#result = result;
  }

  committed(pos: number, batch: PartitionBatch): void {
    const { partition, activation, message, outcome, downlinks, after } = this.#result;
    if (after) partition.markCommitted(activation, after, pos);
    if (activation.gate === batch) activation.gate = undefined;
    this.#answers.giveNow(message, outcome, downlinks);
  }

  refused(): void {
    this.#answers.refuse(this.#result.message, notOwner(this.#result.partition));
  }
}

/** The node does not serve that partition, or not any more. */
export function notOwner({
  type,
  partition,
}: {
  readonly type: string;
  readonly partition: number;
}): ErrorValue {
  return new DomainError("NOT_OWNER", { type, partition }).toValue();
}
