import { ERRORS } from "../../../actors/contracts/errors.ts";
import type { UpMessage } from "../../../actors/contracts/twins.ts";
import type { Outcome } from "../../../actors/runtime/actor.ts";
import type { GatewayAnswer } from "../../../actors/twin/contract.ts";
import { Backoff } from "./backoff.ts";
import { Batch, type Segment } from "./batch.ts";
import { Lane } from "./lane.ts";
import type { FrontSettings } from "./settings.ts";

export type IngestOutcome = Outcome<readonly GatewayAnswer[]>;
export type SendBatch = (messages: readonly UpMessage[]) => Promise<readonly IngestOutcome[]>;

/** A message on its way to the twins. */
export type Submission = {
  readonly message: UpMessage;
  /** Nobody waits for the outcome any more: not sent again, and not at all when it was not sent yet. */
  readonly isDropped: boolean;
  /** Called once with the final outcome; never for what was dropped. */
  readonly settle: (outcome: IngestOutcome) => void;
};

type IngestBatcherOptions = {
  readonly send: SendBatch;
  readonly settings: FrontSettings;
  /** Messages will be tried again: an error type, or `CALL_FAILED` with what the call threw. */
  readonly onRetry: (reason: string, messages: number, error?: unknown) => void;
  /** There is room again after `isFull`. */
  readonly onRoom: () => void;
};

/**
 * Groups messages into calls: at once when nothing is in flight, else gather until a call returns or a batch is
 * full. A gateway's messages are in one call at a time, and stay in order when some of them are tried again.
 */
export class IngestBatcher {
  readonly #options: IngestBatcherOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #ready: Lane[] = [];
  readonly #backoff: Backoff<Lane>;
  #readyMessages = 0;
  #readyBytes = 0;
  #messages = 0;
  #bytes = 0;
  #inFlight = 0;
  #isScheduled = false;
  #isFull = false;
  #closed: PromiseWithResolvers<void> | undefined;

  constructor(options: IngestBatcherOptions) {
    this.#options = options;
    const { retryMinMs, retryMaxMs } = options.settings;
    this.#backoff = new Backoff(retryMinMs, retryMaxMs, (lane) => this.#resume(lane));
  }

  /** Messages without an outcome, sent or not. */
  get waiting(): number {
    return this.#messages;
  }

  /** Nothing should be submitted before `onRoom`; it is taken all the same. */
  get isFull(): boolean {
    return this.#isFull;
  }

  submit(submission: Submission): void {
    if (this.#closed) return;
    const { gatewayId, payload } = submission.message;
    const lane = this.#lanes.get(gatewayId) ?? this.#open(gatewayId);
    lane.push(submission);
    this.#grow(payload.length);
    if (lane.state === "idle") this.#makeReady(lane);
    else if (lane.state === "ready") this.#addReady(1, payload.length);
    this.#schedule();
  }

  /** Forgets the gateway's dropped messages that are not in a call. */
  purge(gatewayId: string): void {
    const lane = this.#lanes.get(gatewayId);
    if (!lane || lane.isEmpty) return;
    const [messages, bytes] = lane.purge();
    if (lane.state === "ready") this.#addReady(-messages, -bytes);
    this.#forget(messages, bytes);
  }

  /** Sends nothing more; resolves when all calls have returned. What was not sent is forgotten. */
  close(): Promise<void> {
    this.#closed ??= Promise.withResolvers<void>();
    this.#backoff.clear();
    if (this.#inFlight === 0) this.#closed.resolve();
    return this.#closed.promise;
  }

  #open(gatewayId: string): Lane {
    const lane = new Lane(gatewayId);
    this.#lanes.set(gatewayId, lane);
    return lane;
  }

  #makeReady(lane: Lane): void {
    lane.state = "ready";
    this.#ready.push(lane);
    this.#addReady(lane.length, lane.bytes);
  }

  #addReady(messages: number, bytes: number): void {
    this.#readyMessages += messages;
    this.#readyBytes += bytes;
  }

  #grow(bytes: number): void {
    const { waitingMessages, waitingBytes } = this.#options.settings;
    this.#messages += 1;
    this.#bytes += bytes;
    this.#isFull ||= this.#messages >= waitingMessages || this.#bytes >= waitingBytes;
  }

  /** Room is told only when a tenth is free, so that the readers do not start and stop with each message. */
  #forget(messages: number, bytes: number): void {
    const { waitingMessages, waitingBytes } = this.#options.settings;
    this.#messages -= messages;
    this.#bytes -= bytes;
    if (!this.#isFull || this.#messages > waitingMessages * 0.9 || this.#bytes > waitingBytes * 0.9) return;
    this.#isFull = false;
    this.#options.onRoom();
  }

  /** Not before the end of this turn of the event loop: what was read with it goes into the same call. */
  #schedule(): void {
    if (this.#isScheduled || !this.#maySend()) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      while (this.#maySend()) this.#send(this.#takeBatch());
    });
  }

  #maySend(): boolean {
    const { batchMessages, batchBytes, batchesInFlight } = this.#options.settings;
    if (this.#closed || this.#readyMessages === 0) return false;
    if (this.#inFlight === 0) return true;
    const isBatchFull = this.#readyMessages >= batchMessages || this.#readyBytes >= batchBytes;
    return this.#inFlight < batchesInFlight && isBatchFull;
  }

  #takeBatch(): Batch {
    const { batchMessages, batchBytes } = this.#options.settings;
    const batch = new Batch(batchMessages, batchBytes);
    let taken = 0;
    for (const lane of this.#ready) {
      if (batch.isFull) break;
      const [messages, bytes] = [lane.length, lane.bytes];
      if (!batch.takeFrom(lane) && !lane.isEmpty) break;
      taken += 1;
      this.#addReady(-messages, -bytes);
      if (messages > 0) lane.state = "parked";
      else this.#lanes.delete(lane.gatewayId);
    }
    this.#ready.splice(0, taken);
    return batch;
  }

  #send(batch: Batch): void {
    this.#inFlight += 1;
    this.#options.send(batch.messages).then(
      (outcomes) => this.#returned(batch, outcomes),
      (error: unknown) => this.#failed(batch, error),
    );
  }

  #returned(batch: Batch, outcomes: readonly IngestOutcome[]): void {
    const { length } = batch.messages;
    if (outcomes.length !== length) {
      return this.#failed(batch, new Error(`${outcomes.length} outcomes for ${length} messages`));
    }
    this.#inFlight -= 1;
    for (const segment of batch.segments) this.#settle(segment, outcomes);
    this.#afterCall();
  }

  #failed(batch: Batch, error: unknown): void {
    this.#inFlight -= 1;
    this.#options.onRetry("CALL_FAILED", batch.messages.length, error);
    for (const segment of batch.segments) this.#goOn(segment, segment.submissions);
    this.#afterCall();
  }

  #afterCall(): void {
    if (this.#closed && this.#inFlight === 0) this.#closed.resolve();
    this.#schedule();
  }

  /** The lane is brought in order first: a submission's `settle` may submit the next one. */
  #settle(segment: Segment, outcomes: readonly IngestOutcome[]): void {
    const { submissions, start } = segment;
    this.#goOn(
      segment,
      submissions.filter((_, index) => this.#isToRetry(outcomes[start + index])),
    );
    for (const [index, submission] of submissions.entries()) {
      const outcome = outcomes[start + index];
      if (outcome && !isRetryable(outcome) && !submission.isDropped) submission.settle(outcome);
    }
  }

  #isToRetry(outcome: IngestOutcome | undefined): boolean {
    if (!outcome || outcome.ok || !isRetryable(outcome)) return false;
    this.#options.onRetry(outcome.error.type, 1);
    return true;
  }

  #goOn({ lane, submissions, bytes }: Segment, again: readonly Submission[]): void {
    const wanted = again.filter(({ isDropped }) => !isDropped);
    const kept = wanted.reduce((sum, { message }) => sum + message.payload.length, 0);
    lane.unshift(wanted, kept);
    lane.attempts = wanted.length > 0 ? lane.attempts + 1 : 0;
    if (lane.attempts === 0) this.#resume(lane);
    else if (!this.#closed) this.#backoff.add(lane, lane.attempts);
    this.#forget(submissions.length - wanted.length, bytes - kept);
  }

  #resume(lane: Lane): void {
    if (lane.isEmpty) this.#lanes.delete(lane.gatewayId);
    else this.#makeReady(lane);
    this.#schedule();
  }
}

function isRetryable(outcome: IngestOutcome): boolean {
  return !outcome.ok && ERRORS[outcome.error.type].retryable;
}
