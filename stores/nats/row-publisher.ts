import { createHash } from "node:crypto";
import type { NatsConnection } from "nats";
import { placeKey } from "../../actors/runtime/partition-map.ts";
import type { CommitRow, Log } from "../../actors/runtime/ports.ts";
import { type Batch, RowBatcher } from "../../actors/runtime/row-batcher.ts";
import { untilDone } from "../../actors/runtime/until-done.ts";
import { partsOf, type RowPart } from "./row-parts.ts";
import { ensureStreams, isStreamFull, type Names, trim } from "./streams.ts";

const MAX_ROWS = 500;
const MAX_BYTES = 256 * 1024;
/** Of a message's space, what the only change of a message leaves: also a dead letter with its error must fit. */
const FRAME_BYTES = 32 * 1024;
const ACK_TIMEOUT_MS = 2000;

type RowPublisherOptions = {
  readonly connection: NatsConnection;
  readonly names: Names;
  readonly maxBytes: number;
  readonly log: Log;
  readonly signal: AbortSignal;
};

/** A part on its way: rows of the same type and partition stay in order. */
type Item = RowPart & { readonly partition: string; readonly isRoutine: boolean };

/** Publishes rows in micro-batches, one on its way at a time, each until the stream has stored it. */
export class RowPublisher {
  readonly #options: RowPublisherOptions;
  readonly #batcher: RowBatcher<Item>;
  #problem: string | undefined;

  constructor(options: RowPublisherOptions) {
    this.#options = options;
    const send = (batch: Batch<Item>) => this.#send(batch);
    this.#batcher = new RowBatcher({ send, maxItems: MAX_ROWS, maxBytes: MAX_BYTES });
  }

  /** Resolves when the stream has all of the row. */
  publish(row: CommitRow, isRoutine: boolean): Promise<void> {
    const refuseAbove = (this.#options.connection.info?.max_payload ?? 4 * MAX_BYTES) - FRAME_BYTES;
    const [head, ...rest] = partsOf(row, { cutAbove: MAX_BYTES, refuseAbove });
    const partition = placeKey(row);
    const add = (part: RowPart) =>
      this.#batcher.add({ ...part, partition, isRoutine }, Buffer.byteLength(part.text));
    let stored = add(head);
    for (const part of rest) stored = add(part);
    return stored;
  }

  stop(): Promise<void> {
    return this.#batcher.stop();
  }

  async #send({ items, done }: Batch<Item>): Promise<void> {
    const { eventSubject, routineSubject } = this.#options.names;
    const { routine, notable } = split(items);
    await Promise.all([this.#store(routineSubject, routine), this.#store(eventSubject, notable)]);
    if (this.#problem) this.#options.log.info("the event stream takes rows again");
    this.#problem = undefined;
    done.resolve();
  }

  async #store(subject: string, items: readonly Item[]): Promise<void> {
    if (items.length === 0) return;
    const payload = `[${items.map(({ text }) => text).join(",")}]`;
    const msgID = idOf(items);
    await untilDone(
      () => this.#publish(subject, payload, msgID),
      (error) => this.#report(error),
      this.#options.signal,
    );
  }

  /** The server drops a copy: the same id within two minutes. */
  async #publish(subject: string, payload: string, msgID: string): Promise<void> {
    const { connection } = this.#options;
    try {
      await connection.jetstream().publish(subject, payload, { msgID, timeout: ACK_TIMEOUT_MS });
    } catch (error) {
      await this.#repair(error);
      throw error;
    }
  }

  async #repair(error: unknown): Promise<void> {
    const { connection, names, maxBytes, log } = this.#options;
    if (connection.isClosed()) return;
    const manager = await connection.jetstreamManager({ checkAPI: false });
    // No responders: JetStream is not ready yet, or somebody has deleted the stream.
    if (!isStreamFull(error)) return ensureStreams(manager, names, maxBytes);
    const behind = await trim(manager, names.events);
    if (behind.length > 0)
      log.error("the event stream is full of what these groups have not handled", {
        "consumer.group": behind,
      });
  }

  #report(error: unknown): void {
    const problem = String(error);
    if (problem !== this.#problem)
      this.#options.log.error("the event stream takes no rows; they wait in the store", { error });
    this.#problem = problem;
  }
}

/** All rows of a partition go into the same message: else who reads both subjects could see them out of order. */
function split(items: readonly Item[]): { routine: Item[]; notable: Item[] } {
  const partitions = new Set(items.filter(({ isRoutine }) => !isRoutine).map(({ partition }) => partition));
  const { routine = [], notable = [] } = Object.groupBy(items, ({ partition }) =>
    partitions.has(partition) ? "notable" : "routine",
  );
  return { routine, notable };
}

function idOf(items: readonly RowPart[]): string {
  const hash = createHash("sha256");
  for (const { key } of items) hash.update(key).update("\n");
  return hash.digest("base64url");
}
