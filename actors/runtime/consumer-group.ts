import type { Handout } from "./handout.ts";
import { Offsets } from "./offsets.ts";
import type { Consumer, DeliveredRow, Delivery } from "./ports.ts";

export type PublishedRow = { readonly row: DeliveredRow; readonly isRoutine: boolean };

/** A consumer group of the in-process bus: takes one delivery at a time, at its own pace. */
export class ConsumerGroup {
  readonly consumer: Consumer;
  readonly #handout: Handout;
  readonly #signal: AbortSignal;
  readonly #tasks: (() => Promise<void>)[] = [];
  #running: Promise<void> | undefined;
  /** How far it is; loaded before the first delivery. */
  offsets = new Offsets([]);

  constructor(consumer: Consumer, handout: Handout, signal: AbortSignal) {
    this.consumer = consumer;
    this.#handout = handout;
    this.#signal = signal;
  }

  /** Deliveries that it has not handled, the one it works on among them. */
  get pending(): number {
    return this.#tasks.length + (this.#running ? 1 : 0);
  }

  /** `done` is called when the group has done with all the rows. */
  push(sequence: number, published: readonly PublishedRow[], done: () => void): void {
    this.#enqueue(async () => {
      await this.#handOut(sequence, published);
      done();
    });
  }

  /** Hands out again what was put aside; how far the group is does not change. */
  redrive(delivery: Delivery, forget: () => Promise<void>): void {
    const { group, handle } = this.consumer;
    const consumer = { group, handle: (again: Delivery) => handle(again).then(forget) };
    this.#enqueue(() => this.#handout.deliver(consumer, delivery));
  }

  /** Resolves when no handler runs any more, once the signal has aborted. */
  async stopped(): Promise<void> {
    await this.#running;
  }

  /** Rows that it has handled come again after a restart that another group, or the store, was behind at. */
  async #handOut(sequence: number, published: readonly PublishedRow[]): Promise<void> {
    const fresh = published.filter(({ row }) => !this.offsets.covers(row));
    const { skipsRoutine = false } = this.consumer;
    const rows = fresh.filter(({ isRoutine }) => !(isRoutine && skipsRoutine)).map(({ row }) => row);
    if (rows.length > 0) await this.#handout.deliver(this.consumer, { sequence, rows });
    for (const { row } of fresh) this.offsets.advance(row);
  }

  #enqueue(task: () => Promise<void>): void {
    this.#tasks.push(task);
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    for (let task = this.#tasks.shift(); task && !this.#signal.aborted; task = this.#tasks.shift())
      await task().catch((error: unknown) => {
        if (!this.#signal.aborted) throw error;
      });
    this.#running = undefined;
  }
}
