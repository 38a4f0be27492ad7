import { ERRORS, type ErrorData } from "../../../actors/contracts/errors.ts";
import type { EncodedAnswer, UpMessage } from "../../../actors/contracts/twins.ts";
import type { Outcome } from "../../../actors/runtime/actor.ts";
import { Backlog } from "./backlog.ts";
import { Backoff } from "./backoff.ts";
import type { Batch, Segment } from "./batch.ts";
import { Lane } from "./lane.ts";
import { OwnerQueue } from "./owner-queue.ts";
import type { IngestSettings } from "./settings.ts";

export type IngestOutcome = Outcome<readonly EncodedAnswer[]>;

/** What can be batched: it is for the owner of a gateway's actor, and has a size in bytes. */
export type Batchable = { readonly gatewayId: string; readonly payload: { readonly length: number } };

/** One call to one node; one outcome per message, in order. */
export type SendBatch<Message extends Batchable = UpMessage, Reply = readonly EncodedAnswer[]> = (
  owner: string,
  messages: readonly Message[],
) => Promise<readonly Outcome<Reply>[]>;

/** A message on its way to the owner of an actor. */
export type Submission<Message extends Batchable = UpMessage, Reply = readonly EncodedAnswer[]> = {
  readonly message: Message;
  /** Nobody waits for the outcome any more: not sent again, and not at all when it was not sent yet. */
  readonly isDropped: boolean;
  /** Called once with the final outcome; never for what was dropped. */
  readonly settle: (outcome: Outcome<Reply>) => void;
};

type IngestBatcherOptions<Message extends Batchable, Reply> = {
  /** The node that owns the gateway's actor as far as is known. Asked again before each attempt. */
  readonly ownerOf: (gatewayId: string) => string | undefined;
  /** A node has answered that it is not the owner: the data of its NOT_OWNER. */
  readonly learn: (data: ErrorData) => void;
  readonly send: SendBatch<Message, Reply>;
  readonly settings: IngestSettings;
  /** Messages will be tried again: an error type, `NO_OWNER`, or `CALL_FAILED` with what the call threw. */
  readonly onRetry: (reason: string, messages: number, error?: unknown) => void;
  /** There is room again after `isFull`. */
  readonly onRoom: () => void;
};

/** Routes change in bursts when a node comes or goes; each look at them goes through all that waits. */
const WAKE_DELAY_MS = 10;

/**
 * Groups messages into calls to the owners of their gateways. Per owner: at once when nothing is in flight to it,
 * else gather until a call returns or a batch is full; so no owner waits for another. A gateway's messages are in
 * one call at a time, and stay in order when some of them are tried again, also with another owner.
 */
export class IngestBatcher<Message extends Batchable = UpMessage, Reply = readonly EncodedAnswer[]> {
  readonly #options: IngestBatcherOptions<Message, Reply>;
  readonly #backlog: Backlog;
  readonly #lanes = new Map<string, Lane<Message, Reply>>();
  readonly #queues = new Map<string, OwnerQueue<Message, Reply>>();
  readonly #backoff: Backoff<Lane<Message, Reply>>;
  #inFlight = 0;
  #isScheduled = false;
  #wakeTimer: NodeJS.Timeout | undefined;
  #closed: PromiseWithResolvers<void> | undefined;

  constructor(options: IngestBatcherOptions<Message, Reply>) {
    const { settings, onRoom } = options;
    this.#options = options;
    this.#backlog = new Backlog(settings, onRoom);
    this.#backoff = new Backoff(settings.retryMinMs, settings.retryMaxMs, (lane) => this.#resume(lane));
  }

  /** Messages without an outcome, sent or not. */
  get waiting(): number {
    return this.#backlog.messages;
  }

  /** Nothing should be submitted before `onRoom`; it is taken all the same. */
  get isFull(): boolean {
    return this.#backlog.isFull;
  }

  /** How much of the room for waiting messages is taken, from 0 to 1. */
  get load(): number {
    return this.#backlog.share;
  }

  submit(submission: Submission<Message, Reply>): void {
    if (this.#closed) return;
    const { gatewayId, payload } = submission.message;
    const lane = this.#lanes.get(gatewayId) ?? this.#open(gatewayId);
    lane.push(submission);
    this.#backlog.add(payload.length);
    if (lane.state === "idle") return this.#makeReady(lane);
    if (lane.state !== "ready" || !lane.queue) return;
    lane.queue.resize(1, payload.length);
    this.#schedule(lane.queue);
  }

  /** Forgets the gateway's dropped messages that are not in a call. */
  purge(gatewayId: string): void {
    const lane = this.#lanes.get(gatewayId);
    if (!lane || lane.isEmpty) return;
    const [messages, bytes] = lane.purge();
    if (lane.state === "ready") this.#shrank(lane, messages, bytes);
    this.#backlog.remove(messages, bytes);
  }

  /** The owners of some gateways have changed: what waits for them goes to the new ones at once. */
  wake(): void {
    if (!this.#closed) this.#wakeTimer ??= setTimeout(() => this.#reroute(), WAKE_DELAY_MS);
  }

  /** Sends nothing more; resolves when all calls have returned. What was not sent is forgotten. */
  close(): Promise<void> {
    this.#closed ??= Promise.withResolvers<void>();
    this.#backoff.clear();
    clearTimeout(this.#wakeTimer);
    if (this.#inFlight === 0) this.#closed.resolve();
    return this.#closed.promise;
  }

  #open(gatewayId: string): Lane<Message, Reply> {
    const lane = new Lane<Message, Reply>(gatewayId);
    this.#lanes.set(gatewayId, lane);
    return lane;
  }

  #shrank(lane: Lane<Message, Reply>, messages: number, bytes: number): void {
    lane.queue?.resize(-messages, -bytes);
    if (!lane.isEmpty) return;
    lane.queue?.remove(lane);
    this.#lanes.delete(lane.gatewayId);
  }

  #makeReady(lane: Lane<Message, Reply>): void {
    const owner = this.#options.ownerOf(lane.gatewayId);
    if (owner === undefined) return this.#waitForOwner(lane);
    if (owner !== lane.queue?.owner) lane.attempts = 0;
    lane.queue = this.#queueTo(owner);
    lane.queue.add(lane);
    this.#schedule(lane.queue);
  }

  #queueTo(owner: string): OwnerQueue<Message, Reply> {
    const known = this.#queues.get(owner);
    if (known) return known;
    const queue = new OwnerQueue<Message, Reply>(owner, this.#options.settings);
    this.#queues.set(owner, queue);
    return queue;
  }

  #waitForOwner(lane: Lane<Message, Reply>): void {
    lane.queue = undefined;
    this.#options.onRetry("NO_OWNER", lane.length);
    this.#wait(lane);
  }

  #wait(lane: Lane<Message, Reply>): void {
    lane.state = "waiting";
    lane.attempts += 1;
    if (!this.#closed) this.#backoff.add(lane, lane.attempts);
  }

  #reroute(): void {
    this.#wakeTimer = undefined;
    const { ownerOf } = this.#options;
    const hasMoved = (lane: Lane<Message, Reply>) => ownerOf(lane.gatewayId) !== lane.queue?.owner;
    for (const lane of this.#backoff.takeOut(hasMoved)) this.#resume(lane);
    for (const queue of this.#queues.values()) {
      for (const lane of queue.lanes) {
        if (!hasMoved(lane)) continue;
        queue.remove(lane);
        this.#makeReady(lane);
      }
    }
  }

  /** Not before the end of this turn of the event loop: what was read with it goes into the same call. */
  #schedule(queue: OwnerQueue<Message, Reply>): void {
    if (this.#isScheduled || this.#closed || !queue.maySend) return;
    this.#isScheduled = true;
    setImmediate(() => this.#sendAll());
  }

  #sendAll(): void {
    this.#isScheduled = false;
    if (this.#closed) return;
    for (const queue of this.#queues.values()) {
      while (queue.maySend) this.#send(queue, queue.takeBatch());
      if (queue.isUnused) this.#queues.delete(queue.owner);
    }
  }

  #send(queue: OwnerQueue<Message, Reply>, batch: Batch<Message, Reply>): void {
    queue.inFlight += 1;
    this.#inFlight += 1;
    this.#options.send(queue.owner, batch.messages).then(
      (outcomes) => this.#returned(queue, batch, outcomes),
      (error: unknown) => this.#failed(queue, batch, error),
    );
  }

  #returned(
    queue: OwnerQueue<Message, Reply>,
    batch: Batch<Message, Reply>,
    outcomes: readonly Outcome<Reply>[],
  ): void {
    const { length } = batch.messages;
    if (outcomes.length !== length) {
      return this.#failed(queue, batch, new Error(`${outcomes.length} outcomes for ${length} messages`));
    }
    this.#callEnded(queue);
    for (const segment of batch.segments) this.#settle(segment, outcomes);
    this.#schedule(queue);
  }

  #failed(queue: OwnerQueue<Message, Reply>, batch: Batch<Message, Reply>, error: unknown): void {
    this.#callEnded(queue);
    this.#options.onRetry("CALL_FAILED", batch.messages.length, error);
    for (const segment of batch.segments) this.#goOn(segment, segment.submissions);
    this.#schedule(queue);
  }

  #callEnded(queue: OwnerQueue<Message, Reply>): void {
    queue.inFlight -= 1;
    this.#inFlight -= 1;
    if (this.#closed && this.#inFlight === 0) this.#closed.resolve();
  }

  /**
   * What comes after a message that is to be tried again is tried again with it, whatever became of it: an older
   * message must not be the last to be applied. The lane is brought in order before anything is settled: a
   * submission's `settle` may submit the next one.
   */
  #settle(segment: Segment<Message, Reply>, outcomes: readonly Outcome<Reply>[]): void {
    const { submissions, start } = segment;
    const firstFailed = this.#firstFailed(segment, outcomes);
    this.#goOn(segment, submissions.slice(firstFailed));
    for (let index = 0; index < firstFailed; index++) {
      const submission = submissions[index];
      const outcome = outcomes[start + index];
      if (submission && outcome && !submission.isDropped) submission.settle(outcome);
    }
  }

  #firstFailed(
    { lane, submissions, start }: Segment<Message, Reply>,
    outcomes: readonly Outcome<Reply>[],
  ): number {
    const { length } = submissions;
    for (let index = 0; index < length; index++) {
      const outcome = outcomes[start + index];
      if (!outcome || outcome.ok || !ERRORS[outcome.error.type].retryable) continue;
      const { type, data } = outcome.error;
      this.#options.onRetry(type, length - index);
      if (type === "NOT_OWNER") this.#misrouted(lane, data);
      else lane.isMisrouted = false;
      return index;
    }
    lane.isMisrouted = false;
    return length;
  }

  /** Ownership moves within milliseconds: the first time, the earlier failures must not make this wait longer. */
  #misrouted(lane: Lane<Message, Reply>, data: ErrorData): void {
    if (!lane.isMisrouted) lane.attempts = 0;
    lane.isMisrouted = true;
    this.#options.learn(data);
  }

  #goOn(
    { lane, submissions, bytes }: Segment<Message, Reply>,
    again: readonly Submission<Message, Reply>[],
  ): void {
    const wanted = again.filter(({ isDropped }) => !isDropped);
    const kept = wanted.reduce((sum, { message }) => sum + message.payload.length, 0);
    lane.unshift(wanted, kept);
    if (wanted.length > 0) this.#wait(lane);
    else this.#startAnew(lane);
    this.#backlog.remove(submissions.length - wanted.length, bytes - kept);
  }

  #startAnew(lane: Lane<Message, Reply>): void {
    lane.attempts = 0;
    this.#resume(lane);
  }

  #resume(lane: Lane<Message, Reply>): void {
    if (lane.isEmpty) this.#lanes.delete(lane.gatewayId);
    else this.#makeReady(lane);
  }
}
