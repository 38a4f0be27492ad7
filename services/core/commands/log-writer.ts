import { DomainError } from "../../../actors/contracts/errors.ts";
import type { Counters } from "../../../mixins/counters.ts";
import type { LogTable, NewLine } from "./log-table.ts";

/** Lines of one command; what is more is left out. */
export const MAX_LINES = 1000;
const MAX_WAITING = 20_000;

type Waiting = { readonly line: NewLine; readonly done: PromiseWithResolvers<void> };

/** Stores lines, as many together as come while the last ones are stored. */
export class LogWriter {
  readonly #table: LogTable;
  readonly #counters: Counters;
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(table: LogTable, counters: Counters) {
    this.#table = table;
    this.#counters = counters;
  }

  /** Resolves when it is stored, or left out; rejects with what may pass. */
  write(line: NewLine): Promise<void> {
    if (this.#waiting.length >= MAX_WAITING) return Promise.reject(new DomainError("OVERLOADED"));
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ line, done });
    if (!this.#isWriting) {
      this.#isWriting = true;
      setImmediate(() => void this.#writeAll());
    }
    return done.promise;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#store(batch);
    }
    this.#isWriting = false;
  }

  async #store(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#table.add(await this.#thatFit(batch.map(({ line }) => line)));
      for (const { done } of batch) done.resolve();
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      for (const { done } of batch) done.reject(new DomainError("STORE_UNAVAILABLE", { problem }));
    }
  }

  async #thatFit(lines: readonly NewLine[]): Promise<NewLine[]> {
    const counts = await this.#table.counts([...new Set(lines.map(({ commandId }) => commandId))]);
    return lines.filter(({ commandId }) => {
      const count = counts.get(commandId) ?? 0;
      counts.set(commandId, count + 1);
      const fits = count < MAX_LINES;
      this.#counters.count("gateway_twin.commands.log.lines.total", { what: fits ? "stored" : "left_out" });
      return fits;
    });
  }
}
