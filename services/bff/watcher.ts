import { setTimeout as delay } from "node:timers/promises";
import { DomainError } from "../../actors/contracts/errors.ts";
import type { JournalEvent } from "../../actors/contracts/journal.ts";
import type { EventStream } from "./event-stream.ts";
import { type Batch, batchOf, type Page } from "./tailer.ts";

/** What a client sees of the journal. */
export type View = {
  readonly accepts: (event: JournalEvent) => boolean;
  /** The event id that stands for "everything up to this place was seen". */
  readonly idOf: (seq: number) => string;
};

type WatcherOptions = {
  readonly stream: Pick<EventStream, "isOpen" | "isClogged" | "write" | "drained">;
  readonly view: View;
  /** Everything up to this place was seen. */
  readonly cursor: number;
  readonly read: (afterSeq: number) => Promise<Page>;
  /** How far the node's tailer has come. */
  readonly tailed: () => number;
  /** The stream can not go on; the client is told why. */
  readonly refuse: (error: DomainError) => void;
  readonly warn: (message: string, error: unknown) => void;
};

const RETRY_MS = 1000;

/**
 * One client's way through the journal. It takes what the tailer hands out as long as that joins what it has;
 * otherwise (at first, when the client was slow, when a page was missed) it reads for itself, no faster than the
 * client takes it, until it has caught up. So each event goes out once and in order, whichever way it came.
 */
export class Watcher {
  readonly #options: WatcherOptions;
  #cursor: number;
  #isReading = false;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#cursor = options.cursor;
  }

  offer(batch: Batch): void {
    if (this.#isReading) return;
    if (batch.after <= this.#cursor) this.#write(batch);
    if (this.#cursor < batch.seq || this.#options.stream.isClogged) void this.catchUp();
  }

  heartbeat(): void {
    const { stream, view } = this.#options;
    if (!this.#isReading) stream.write(`: heartbeat\nid: ${view.idOf(this.#cursor)}\n\n`);
  }

  async catchUp(): Promise<void> {
    const { stream, tailed } = this.#options;
    this.#isReading = true;
    do {
      await stream.drained();
      await this.#readOn();
    } while (stream.isOpen && (stream.isClogged || this.#cursor < tailed()));
    this.#isReading = false;
  }

  async #readOn(): Promise<void> {
    const { stream, read, refuse, warn } = this.#options;
    if (!stream.isOpen) return;
    try {
      this.#write(batchOf(await read(this.#cursor), this.#cursor));
    } catch (error) {
      if (error instanceof DomainError && error.type === "NO_LONGER_KEPT") return refuse(error);
      warn("a watcher cannot catch up; it is tried again", error);
      await delay(RETRY_MS, undefined, { ref: false });
    }
  }

  #write({ seq, lines }: Batch): void {
    const { stream, view } = this.#options;
    for (const line of lines) {
      if (line.seq <= this.#cursor || !view.accepts(line.event)) continue;
      stream.write(`id: ${view.idOf(line.seq)}\n${line.text}`);
    }
    this.#cursor = Math.max(this.#cursor, seq);
  }
}
