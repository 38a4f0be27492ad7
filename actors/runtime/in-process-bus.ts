import type { BusStore } from "./bus-store.ts";
import { changesText } from "./changes-text.ts";
import { ConsumerGroup, type PublishedRow } from "./consumer-group.ts";
import { Handout, type HandoutOptions } from "./handout.ts";
import { Offsets } from "./offsets.ts";
import type { CommitRow, Consumer, EventBus, PendingDeliveries, UndeliveredRow } from "./ports.ts";
import { type Batch, RowBatcher } from "./row-batcher.ts";
import { Sequences } from "./sequences.ts";
import { settledWithin } from "./settled-within.ts";

const MAX_ROWS = 500;
const MAX_BYTES = 256 * 1024;
const SAVE_MS = 1000;
/** A handler that runs longer than this is left to itself by `stop`; what it was handed comes again. */
const STOP_MS = 10_000;
/** So many rows that some group has not handled yet are told about. */
const MANY_WAITING = 10_000;
const HANDLED = Promise.resolve();

type InProcessBusOptions = HandoutOptions & { readonly store: BusStore };

/**
 * The event bus of one process: hands committed rows to every consumer group, each at its own pace. A row stays in
 * memory and in the commit table (`publish` is pending) until all groups have handled it; there is no bound on that
 * but the log entry that tells of it. Rows that a group has handled are not handed to it again after a restart,
 * but after a crash those of the last second may be.
 */
export class InProcessBus implements EventBus {
  readonly #options: InProcessBusOptions;
  readonly #groups: ConsumerGroup[] = [];
  readonly #stopping = new AbortController();
  readonly #started = Promise.withResolvers<void>();
  readonly #batcher: RowBatcher<PublishedRow>;
  readonly #handout: Handout;
  readonly #sequences: Sequences;
  #saver: NodeJS.Timeout | undefined;
  #saving: Promise<void> = HANDLED;
  #waitingRows = 0;
  #toldAt = MANY_WAITING;

  constructor(options: InProcessBusOptions) {
    const { store, log } = options;
    const { signal } = this.#stopping;
    this.#options = options;
    this.#handout = new Handout(options, (row) => store.putAside(row), signal);
    this.#sequences = new Sequences(store, log, signal);
    const send = (batch: Batch<PublishedRow>) => this.#send(batch);
    this.#batcher = new RowBatcher({ send, maxItems: MAX_ROWS, maxBytes: MAX_BYTES });
  }

  subscribe(consumer: Consumer): void {
    this.#groups.push(new ConsumerGroup(consumer, this.#handout, this.#stopping.signal));
  }

  /** What is published before waits. */
  async start(): Promise<void> {
    const { store } = this.#options;
    for (const group of this.#groups) group.offsets = new Offsets(await store.offsets(group.consumer.group));
    this.#saver = setInterval(() => void this.#save(), SAVE_MS).unref();
    this.#started.resolve();
  }

  /** Resolves when all groups have handled the row; never, when the bus stops before that. */
  publish(row: CommitRow, isRoutine = false): Promise<void> {
    if (this.#groups.length === 0) return HANDLED;
    this.#noteWaiting(1);
    const published = { row: { ...row, first: 0 }, isRoutine };
    return this.#batcher.add(published, changesText(row.changes).length);
  }

  async stop(): Promise<void> {
    const sent = this.#batcher.stop();
    this.#stopping.abort();
    this.#started.resolve();
    clearInterval(this.#saver);
    await sent;
    await this.#handlersEnd();
    await this.#saving;
    await this.#save();
  }

  async pending(): Promise<readonly PendingDeliveries[]> {
    return this.#groups.map(({ consumer, pending }) => ({ group: consumer.group, count: pending }));
  }

  undelivered(limit: number): Promise<UndeliveredRow[]> {
    return this.#options.store.undelivered(limit);
  }

  async redrive(id: string): Promise<boolean> {
    const { store } = this.#options;
    const found = await store.find(id);
    if (!found) return false;
    const group = this.#groups.find(({ consumer }) => consumer.group === found.group);
    if (!group) throw new Error(`the group '${found.group}' of '${id}' does not consume on this node`);
    const sequence = await this.#sequences.take();
    group.redrive({ sequence, rows: [found.row] }, () => store.forget(id));
    return true;
  }

  async #send({ items, done }: Batch<PublishedRow>): Promise<void> {
    await this.#started.promise;
    const sequence = await this.#sequences.take();
    let missing = this.#groups.length;
    const handled = () => {
      missing -= 1;
      if (missing > 0) return;
      this.#noteWaiting(-items.length);
      done.resolve();
    };
    for (const group of this.#groups) group.push(sequence, items, handled);
  }

  #noteWaiting(rows: number): void {
    this.#waitingRows += rows;
    if (this.#waitingRows < MANY_WAITING) this.#toldAt = MANY_WAITING;
    if (this.#waitingRows < this.#toldAt) return;
    this.#toldAt *= 2;
    this.#options.log.warn("consumers are behind: many rows wait in memory", {
      "items.count": this.#waitingRows,
    });
  }

  async #handlersEnd(): Promise<void> {
    const ended = Promise.all(this.#groups.map((group) => group.stopped()));
    if (!(await settledWithin(STOP_MS, ended)))
      this.#options.log.error("a consumer still runs; the bus stops without it");
  }

  /** Copies after a restart are all that a failure costs. */
  #save(): Promise<void> {
    this.#saving = this.#saveAll().catch((error: unknown) =>
      this.#options.log.warn("the progress of consumers could not be saved", { error }),
    );
    return this.#saving;
  }

  async #saveAll(): Promise<void> {
    const { store } = this.#options;
    for (const { consumer, offsets } of this.#groups)
      await offsets.save((changed) => store.saveOffsets(consumer.group, changed));
  }
}
