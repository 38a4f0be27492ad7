import type { Result } from "../../actors/contracts/contract.ts";
import { DomainError } from "../../actors/contracts/errors.ts";
import type { JournalEvent } from "../../actors/contracts/journal.ts";
import { eventText } from "./event-stream.ts";

export type Page = Result<"journal.tail">;

/** An event of the journal, with its text made once for all who watch. */
export type Line = { readonly seq: number; readonly event: JournalEvent; readonly text: string };

/** All that is in the journal after one place up to another. */
export type Batch = { readonly after: number; readonly seq: number; readonly lines: readonly Line[] };

type TailerOptions = {
  /** The end of the journal without a place, else what comes after it. */
  readonly read: (afterSeq: number | undefined) => Promise<Page>;
  readonly warn: (message: string, error: unknown) => void;
  readonly pollMs: number;
};

/** Reads the end of the journal once for all watchers of a node, as long as there are some. */
export class Tailer {
  readonly #options: TailerOptions;
  readonly #listeners = new Set<(batch: Batch) => void>();
  #seq: number | undefined;
  #isRunning = false;
  #isWoken = false;
  #wakeUp: (() => void) | undefined;

  constructor(options: TailerOptions) {
    this.#options = options;
  }

  /** How far the journal has been handed out. */
  get seq(): number {
    return this.#seq ?? 0;
  }

  add(listener: (batch: Batch) => void): void {
    this.#listeners.add(listener);
    if (!this.#isRunning) void this.#run();
  }

  remove(listener: (batch: Batch) => void): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#rouse();
  }

  /** The journal goes on to this place at least. */
  appended(seq: number): void {
    if (seq > this.seq) this.#rouse();
  }

  #rouse(): void {
    this.#isWoken = true;
    this.#wakeUp?.();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#listeners.size > 0) {
      this.#isWoken = false;
      if (!(await this.#step())) await this.#pause();
    }
    this.#seq = undefined;
    this.#isRunning = false;
  }

  /** False: there was nothing to hand out. */
  async #step(): Promise<boolean> {
    const after = this.#seq;
    try {
      const page = await this.#options.read(after);
      this.#seq = page.seq;
      if (page.seq !== after) this.#handOut(batchOf(page, after));
      return page.seq !== after;
    } catch (error) {
      this.#options.warn("the journal cannot be read; it is tried again", error);
      // Then go on at the end: watchers see that something is missing and read for themselves.
      if (error instanceof DomainError && error.type === "NO_LONGER_KEPT") this.#seq = undefined;
      return false;
    }
  }

  #handOut(batch: Batch): void {
    for (const listener of this.#listeners) listener(batch);
  }

  /** Until there may be more: a hint may be lost. */
  #pause(): Promise<void> {
    if (this.#isWoken) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wakeUp?.(), this.#options.pollMs);
      this.#wakeUp = () => {
        clearTimeout(timer);
        this.#wakeUp = undefined;
        resolve();
      };
    });
  }
}

/** Without a place to begin at, nothing but where the journal ends. */
export function batchOf({ events, seq }: Page, after = seq): Batch {
  return {
    after,
    seq,
    lines: events.map(({ seq: place, event }) => ({ seq: place, event, text: eventText(event.type, event) })),
  };
}
