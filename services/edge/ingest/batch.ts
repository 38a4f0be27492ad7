import type { Batchable, Submission } from "./ingest-batcher.ts";
import type { Lane } from "./lane.ts";

/** The messages of one gateway in a batch, from `start` on. */
export type Segment<Message extends Batchable, Reply> = {
  readonly lane: Lane<Message, Reply>;
  readonly start: number;
  readonly submissions: readonly Submission<Message, Reply>[];
  readonly bytes: number;
};

/** One call's messages. */
export class Batch<Message extends Batchable, Reply> {
  readonly messages: Message[] = [];
  readonly segments: Segment<Message, Reply>[] = [];
  #room: number;
  #bytesLeft: number;

  constructor(messages: number, bytes: number) {
    this.#room = messages;
    this.#bytesLeft = bytes;
  }

  get isFull(): boolean {
    return this.#room === 0 || this.#bytesLeft <= 0;
  }

  /** Undefined when the lane's next message does not fit; into an empty batch any message fits. */
  takeFrom(lane: Lane<Message, Reply>): Segment<Message, Reply> | undefined {
    const isFirst = this.messages.length === 0;
    let taken = lane.take(this.#room, this.#bytesLeft);
    if (isFirst && taken.submissions.length === 0) taken = lane.take(1, Number.POSITIVE_INFINITY);
    if (taken.submissions.length === 0) return undefined;
    const segment = { lane, start: this.messages.length, ...taken };
    for (const { message } of taken.submissions) this.messages.push(message);
    this.segments.push(segment);
    this.#room -= taken.submissions.length;
    this.#bytesLeft -= taken.bytes;
    return segment;
  }
}
