import type { Batchable, Submission } from "./ingest-batcher.ts";
import type { OwnerQueue } from "./owner-queue.ts";

/**
 * `ready`: in the queue of its owner. `sent`: some of its messages are in a call, the rest waits behind them.
 * `waiting`: for its next attempt.
 */
type LaneState = "idle" | "ready" | "sent" | "waiting";

/** The messages of one gateway that are not in a call, in their order. */
export class Lane<Message extends Batchable, Reply> {
  readonly gatewayId: string;
  state: LaneState = "idle";
  /** Of the owner it is, or was last, ready for; undefined when none was known then. */
  queue: OwnerQueue<Message, Reply> | undefined;
  /** Failures in a row. */
  attempts = 0;
  /** The last failure was that the node did not own it. */
  isMisrouted = false;
  bytes = 0;
  #queue: Submission<Message, Reply>[] = [];

  constructor(gatewayId: string) {
    this.gatewayId = gatewayId;
  }

  get length(): number {
    return this.#queue.length;
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  push(submission: Submission<Message, Reply>): void {
    this.#queue.push(submission);
    this.bytes += submission.message.payload.length;
  }

  unshift(submissions: readonly Submission<Message, Reply>[], bytes: number): void {
    if (submissions.length === 0) return;
    this.#queue = [...submissions, ...this.#queue];
    this.bytes += bytes;
  }

  /** From the front, while they fit. */
  take(messages: number, bytes: number): { submissions: Submission<Message, Reply>[]; bytes: number } {
    let [count, sum] = [0, 0];
    for (const { message } of this.#queue) {
      if (count === messages || sum + message.payload.length > bytes) break;
      count += 1;
      sum += message.payload.length;
    }
    this.bytes -= sum;
    return { submissions: this.#queue.splice(0, count), bytes: sum };
  }

  /** Removes what is dropped; how many messages and bytes that were. */
  purge(): [messages: number, bytes: number] {
    const kept = this.#queue.filter(({ isDropped }) => !isDropped);
    const removed = this.#queue.length - kept.length;
    const bytes = this.bytes;
    this.#queue = kept;
    this.bytes = kept.reduce((sum, { message }) => sum + message.payload.length, 0);
    return [removed, bytes - this.bytes];
  }
}
