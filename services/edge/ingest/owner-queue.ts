import { Batch } from "./batch.ts";
import type { Batchable } from "./ingest-batcher.ts";
import type { Lane } from "./lane.ts";
import type { IngestSettings } from "./settings.ts";

/** The lanes that are ready to go to one owner, and how many calls to it are in flight. */
export class OwnerQueue<Message extends Batchable, Reply> {
  readonly owner: string;
  inFlight = 0;
  readonly #settings: IngestSettings;
  readonly #lanes = new Set<Lane<Message, Reply>>();
  #messages = 0;
  #bytes = 0;

  constructor(owner: string, settings: IngestSettings) {
    this.owner = owner;
    this.#settings = settings;
  }

  get lanes(): Iterable<Lane<Message, Reply>> {
    return this.#lanes;
  }

  get isUnused(): boolean {
    return this.inFlight === 0 && this.#lanes.size === 0;
  }

  /** At once when nothing is in flight, else only full batches. */
  get maySend(): boolean {
    const { batchMessages, batchBytes, batchesInFlight } = this.#settings;
    if (this.#lanes.size === 0) return false;
    if (this.inFlight === 0) return true;
    const isBatchFull = this.#messages >= batchMessages || this.#bytes >= batchBytes;
    return this.inFlight < batchesInFlight && isBatchFull;
  }

  add(lane: Lane<Message, Reply>): void {
    lane.state = "ready";
    this.#lanes.add(lane);
    this.resize(lane.length, lane.bytes);
  }

  remove(lane: Lane<Message, Reply>): void {
    if (this.#lanes.delete(lane)) this.resize(-lane.length, -lane.bytes);
  }

  /** A lane that is in here has so much more. */
  resize(messages: number, bytes: number): void {
    this.#messages += messages;
    this.#bytes += bytes;
  }

  takeBatch(): Batch<Message, Reply> {
    const batch = new Batch<Message, Reply>(this.#settings.batchMessages, this.#settings.batchBytes);
    for (const lane of this.#lanes) {
      if (batch.isFull) break;
      const { length, bytes } = lane;
      if (!batch.takeFrom(lane)) break;
      this.#lanes.delete(lane);
      this.resize(-length, -bytes);
      lane.state = "sent";
    }
    return batch;
  }
}
