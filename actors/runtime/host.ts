import { DomainError, type ErrorValue } from "../contracts/errors.ts";
import type { Envelope } from "./activation.ts";
import {
  type ActorType,
  type Context,
  type Decision,
  type Downlink,
  type Outcome,
  rejected,
} from "./actor.ts";
import { type Answered, Answers, notOwner } from "./answers.ts";
import { foldChange } from "./fold.ts";
import { countsOf, type HostCounts, type HostOptions } from "./host-options.ts";
import { Loader } from "./loader.ts";
import { type Actor, type Message, type Owned, takeMailbox } from "./message.ts";
import { Partition } from "./partition.ts";
import { partitionOf } from "./partition-map.ts";
import type { Change, ClaimedPartition, CommitRow } from "./ports.ts";
import { isRoutineRow } from "./routine.ts";
import { NO_SPANS, type Span, type Trace } from "./spans.ts";
import { changeOf, decideTimers, nameOf, storable, traced } from "./turn.ts";

/** Hosts the actors of one type in the partitions that this node owns. */
export class ActorHost<State, Command, Event, Reply> {
  readonly #options: HostOptions<State, Command, Event, Reply>;
  readonly #type: ActorType<State, Command, Event, Reply>;
  readonly #partitions = new Map<number, Owned<State, Command, Reply>>();
  readonly #loader: Loader<State, Message<Command, Reply>>;
  readonly #answers: Answers<State, Command, Reply>;
  #accepting = true;

  constructor(options: HostOptions<State, Command, Event, Reply>) {
    this.#options = options;
    this.#type = options.type;
    this.#answers = new Answers(options);
    this.#loader = new Loader(options.store, options.type.name, {
      ready: (partition, activation) => this.#openMailbox(partition, activation),
      failed: (partition, activation, error) => this.#refuse(partition, activation, error),
    });
  }

  get typeName(): string {
    return this.#type.name;
  }

  get partitionCount(): number {
    return this.#options.partitionCount;
  }

  get partitions(): IterableIterator<Owned<State, Command, Reply>> {
    return this.#partitions.values();
  }

  get counts(): HostCounts {
    return countsOf(this.partitions, this.#answers.waiting);
  }

  /** Messages since the start. */
  get answered(): Answered {
    return this.#answers.answered;
  }

  /** With so many waiting more are refused. */
  get maxWaiting(): number {
    return this.#options.maxWaiting;
  }

  /** Starts to serve a claimed partition, from its stored rows on. */
  async adopt(claimed: ClaimedPartition): Promise<void> {
    const partition: Owned<State, Command, Reply> = new Partition(this.#type, claimed, {
      onCommitted: (row) => this.#publish(partition, row),
      onFenced: () => this.#lose(partition),
    });
    const unsaved = claimed.rows.filter((row) => row.pos > claimed.snapshotPos);
    await this.#loader.loadAll(
      partition,
      new Set(unsaved.flatMap((row) => row.changes.map((c) => c.actorId))),
    );
    partition.replay(unsaved);
    this.#partitions.set(claimed.partition, partition);
    for (const row of claimed.rows) if (row.pos > claimed.publishedPos) this.#publish(partition, row);
  }

  /** Takes no more messages for the partition, and forgets it when every accepted one is answered. */
  async surrender(number: number): Promise<void> {
    const partition = this.#partitions.get(number);
    if (!partition) return;
    partition.isLeaving = true;
    await this.#loader.settled();
    await this.#options.committer.flushed(partition);
    this.drop(number);
  }

  /** Another node owns the partition: nothing may be read from what is known of it here. */
  drop(number: number): void {
    const partition = this.#partitions.get(number);
    if (partition) this.#forget(partition);
  }

  /** Gives one message to an actor; `done` is called once, after the commit of everything the answer tells. */
  deliver(actorId: string, command: Command, done: (outcome: Outcome<Reply>) => void, trace?: Trace): void {
    const number = partitionOf(actorId, this.#options.partitionCount);
    const partition = this.#partitions.get(number);
    if (!this.#accepting) return done(rejected(new DomainError("SHUTTING_DOWN").toValue()));
    if (!partition || partition.isLeaving)
      return done(rejected(notOwner({ type: this.#type.name, partition: number })));
    if (!this.#answers.expect()) return done(rejected(new DomainError("OVERLOADED").toValue()));
    this.#enqueue(partition, actorId, { command, done, trace, span: undefined });
  }

  ask(actorId: string, command: Command, trace?: Trace): Promise<Outcome<Reply>> {
    return new Promise((resolve) => this.deliver(actorId, command, resolve, trace));
  }

  /** What the actor is once all that is decided is committed; undefined when it is not in memory. */
  peek(actorId: string): State | undefined {
    const partition = this.#partitions.get(partitionOf(actorId, this.#options.partitionCount));
    return partition?.find(actorId)?.pending.state;
  }

  /** Fires the timers that are due. One that was due while nobody owned the partition fires once, now. */
  fireTimers(): void {
    const now = this.#options.clock();
    for (const partition of this.#partitions.values()) {
      if (partition.isLeaving) continue;
      for (const actorId of partition.takeDue(now)) {
        this.#enqueue(partition, actorId, {
          command: null,
          done: () => undefined,
          trace: undefined,
          span: undefined,
        });
      }
    }
  }

  /** Takes no more messages; resolves when every accepted one is answered. */
  async drain(): Promise<void> {
    this.#accepting = false;
    await this.#loader.settled();
    await this.#options.committer.settled();
  }

  #enqueue(partition: Owned<State, Command, Reply>, actorId: string, message: Message<Command, Reply>): void {
    const activation = partition.find(actorId) ?? partition.create(actorId);
    activation.touched = true;
    if (activation.status === "deactivating") activation.status = "valid";
    if (activation.status === "valid") return this.#turn(partition, activation, message);
    activation.mailbox.push(message);
    if (activation.mailbox.length === 1 && activation.status === "creating")
      this.#loader.request(partition, activation);
  }

  #openMailbox(partition: Owned<State, Command, Reply>, activation: Actor<State, Command, Reply>): void {
    // All or none: one that changes nothing may not be refused while a later one is carried out.
    if (!this.#options.mayAnswer()) return this.#refuse(partition, activation, notOwner(partition));
    for (const message of takeMailbox(activation)) this.#enqueue(partition, activation.actorId, message);
  }

  /** What waits is answered with the error; timers come again by themselves. */
  #refuse(
    partition: Owned<State, Command, Reply>,
    activation: Actor<State, Command, Reply>,
    error: ErrorValue,
  ): void {
    for (const message of takeMailbox(activation)) {
      if (message.command === null) partition.schedule(activation.actorId, this.#options.clock());
      this.#answers.refuse(message, error);
    }
  }

  /** One message, from decision to the batch that will commit it. Nothing else runs in between. */
  #turn(
    partition: Owned<State, Command, Reply>,
    activation: Actor<State, Command, Reply>,
    message: Message<Command, Reply>,
  ): void {
    if (message.trace !== undefined) message.span = this.#startSpan(message, message.trace);
    const context = {
      actorId: activation.actorId,
      now: this.#options.clock(),
      ownedSince: partition.since,
      trace: message.span?.trace,
    };
    let outcome: Outcome<Reply>;
    let after: Envelope<State> | undefined;
    let downlinks: readonly Downlink[] | undefined;
    try {
      const decision = this.#decide(activation.pending, message.command, context);
      for (const { at } of decision.postponed ?? []) partition.schedule(context.actorId, at);
      if (decision.trace !== undefined) message.span ??= this.#startSpan(message, decision.trace);
      const trace = message.span?.trace;
      const change = changeOf(decision, context, trace);
      after = change && this.#change(partition, activation, change);
      outcome = { ok: true, reply: decision.reply };
      downlinks = trace === undefined ? decision.downlinks : traced(decision.downlinks, trace);
    } catch (error) {
      if (error instanceof DomainError) outcome = rejected(error.toValue());
      else outcome = this.#deadLetter(partition, activation, message, context, error);
    }
    this.#answers.give({ partition, activation, message, outcome, downlinks, after });
  }

  #startSpan({ command }: Message<Command, Reply>, trace: Trace): Span {
    const { spans = NO_SPANS } = this.#options;
    return spans.turn(trace, { type: this.#type.name, command: nameOf(command) });
  }

  #decide(envelope: Envelope<State>, command: Command | null, context: Context): Decision<Event, Reply> {
    if (command !== null) return this.#type.decide(envelope.state, command, context);
    return decideTimers(this.#type, envelope, context);
  }

  #change(
    partition: Owned<State, Command, Reply>,
    activation: Actor<State, Command, Reply>,
    change: Change,
  ): Envelope<State> {
    const after = foldChange(this.#type, activation.pending, change);
    this.#stage(partition, activation, change);
    activation.pending = after;
    return after;
  }

  #stage(
    partition: Owned<State, Command, Reply>,
    activation: Actor<State, Command, Reply>,
    change: Change,
  ): void {
    const batch = this.#options.committer.batchOf(partition);
    batch.add(change);
    activation.gate = batch;
  }

  #deadLetter(
    partition: Owned<State, Command, Reply>,
    activation: Actor<State, Command, Reply>,
    message: Message<Command, Reply>,
    { actorId, now }: Context,
    error: unknown,
  ): Outcome<Reply> {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#options.log.error("a message became a dead letter", {
      "actor.type": this.#type.name,
      "actor.id": actorId,
      error,
    });
    const deadLetter = { command: storable(message.command), error: text };
    this.#stage(partition, activation, { actorId, time: now, deadLetter });
    return rejected(new DomainError("INTERNAL").toValue());
  }

  #publish(partition: Owned<State, Command, Reply>, row: CommitRow): void {
    this.#options.publisher.publish(row, isRoutineRow(this.#type, row)).then(
      () => {
        partition.publishedPos = Math.max(partition.publishedPos, row.pos);
      },
      (error: unknown) =>
        this.#options.log.error("a row was not published", {
          "actor.type": row.type,
          "actor.partition": row.partition,
          "actor.position": row.pos,
          error,
        }),
    );
  }

  #lose(partition: Owned<State, Command, Reply>): void {
    if (!partition.owned) return;
    this.#forget(partition);
    this.#options.onFenced();
  }

  #forget(partition: Owned<State, Command, Reply>): void {
    this.#partitions.delete(partition.partition);
    this.#options.leases?.close(this.#type.name, partition.partition);
    this.#options.committer.discard(partition);
    for (const message of partition.abandon()) this.#answers.refuse(message, notOwner(partition));
  }
}
