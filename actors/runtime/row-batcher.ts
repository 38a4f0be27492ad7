/** Rows that go on their way together. Whoever sends them resolves `done` when they need no keeping any more. */
export type Batch<Item> = {
  readonly items: Item[];
  bytes: number;
  readonly done: PromiseWithResolvers<void>;
};

type RowBatcherOptions<Item> = {
  /** Sends one batch; the next one follows when this has resolved. Rejects only after `stop`. */
  readonly send: (batch: Batch<Item>) => Promise<void>;
  readonly maxItems: number;
  readonly maxBytes: number;
};

/** A row that comes when it has been quiet this long is sent at once; else rows gather. */
const GAP_MS = 20;

/** Makes batches of rows, in order: one on its way at a time, full ones at once, others no oftener than each 20 ms. */
export class RowBatcher<Item> {
  readonly #options: RowBatcherOptions<Item>;
  /** Only the last one still gathers; the others are full. */
  #waiting: Batch<Item>[] = [];
  #sending: Promise<void> | undefined;
  /** Runs for a while after each batch. */
  #pause: NodeJS.Timeout | undefined;
  #scheduled = false;
  #isStopped = false;

  constructor(options: RowBatcherOptions<Item>) {
    this.#options = options;
  }

  /** The promise of the batch: it never settles when the batcher is stopped before that. */
  add(item: Item, bytes: number): Promise<void> {
    const batch = this.#gathering(bytes);
    batch.items.push(item);
    batch.bytes += bytes;
    if (!this.#sending && !this.#scheduled) this.#schedule();
    return batch.done.promise;
  }

  /** Resolves when nothing is on its way. What has gathered is not sent. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#pause);
    this.#waiting = [];
    await this.#sending;
  }

  #gathering(bytes: number): Batch<Item> {
    const last = this.#waiting.at(-1);
    const { maxItems, maxBytes } = this.#options;
    if (last && last.items.length < maxItems && last.bytes + bytes <= maxBytes) return last;
    const batch: Batch<Item> = { items: [], bytes: 0, done: Promise.withResolvers() };
    this.#waiting.push(batch);
    return batch;
  }

  /** Rows of the same turn (one commit of many partitions) belong into the same batch. */
  #schedule(): void {
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#next();
    });
  }

  #next(): void {
    if (this.#sending || this.#isStopped) return;
    const [first, second] = this.#waiting;
    if (first && (second || !this.#pause)) this.#send(first);
  }

  #send(batch: Batch<Item>): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#onQuiet(), GAP_MS);
    this.#waiting.shift();
    this.#sending = this.#options.send(batch).then(
      () => this.#sent(),
      (error: unknown) => {
        if (!this.#isStopped) throw error;
      },
    );
  }

  #onQuiet(): void {
    this.#pause = undefined;
    this.#next();
  }

  #sent(): void {
    this.#sending = undefined;
    this.#next();
  }
}
