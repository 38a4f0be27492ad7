import { setTimeout as delay } from "node:timers/promises";
import type { CommitRow, Log, RowPublisher } from "./ports.ts";

type Consumer = { readonly group: string; readonly handle: (row: CommitRow) => Promise<void> };

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 5000;

/**
 * The event bus of one process: hands each committed row to every consumer group, in order per partition, until
 * the group has done its work. A row that no group has finished before a crash is handed out again after it, so
 * consumers must bear copies.
 */
export class InProcessBus implements RowPublisher {
  readonly #consumers: Consumer[] = [];
  readonly #tails = new Map<string, Promise<void>>();
  readonly #log: Log;
  #stopped = false;

  constructor(log: Log) {
    this.#log = log;
  }

  subscribe(group: string, handle: (row: CommitRow) => Promise<void>): void {
    this.#consumers.push({ group, handle });
  }

  async publish(row: CommitRow): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => this.#inOrder(consumer, row)));
  }

  /** Rows not handled by now are handled after the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.allSettled(this.#tails.values());
  }

  #inOrder(consumer: Consumer, row: CommitRow): Promise<void> {
    const key = `${consumer.group}/${row.type}/${row.partition}`;
    const tail = (this.#tails.get(key) ?? Promise.resolve()).then(() => this.#untilHandled(consumer, row));
    this.#tails.set(key, tail);
    const forget = () => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    };
    tail.then(forget, forget);
    return tail;
  }

  async #untilHandled({ group, handle }: Consumer, row: CommitRow): Promise<void> {
    for (let wait = FIRST_RETRY_MS; !this.#stopped; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
      try {
        return await handle(row);
      } catch (error) {
        this.#log.warn("a consumer failed; the row is handed to it again", { group, error: String(error) });
        await delay(wait, undefined, { ref: false });
      }
    }
    throw new Error("the bus has stopped");
  }
}
