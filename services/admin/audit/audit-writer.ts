import { randomUUID } from "node:crypto";
import type { Sequelize } from "sequelize";
import type { AuditEntry } from "../../../actors/contracts/audit.ts";
import type { Log } from "../../../actors/runtime/ports.ts";
import { type Batch, RowBatcher } from "../../../actors/runtime/row-batcher.ts";
import { settledWithin } from "../../../actors/runtime/settled-within.ts";
import { untilDone } from "../../../actors/runtime/until-done.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { isTransientSqlError } from "../../../stores/sql/transient.ts";
import { AuditTable, type NewRow } from "./audit-table.ts";

type AuditWriterOptions = {
  readonly sequelize: Sequelize;
  readonly counters: Counters;
  readonly log: Log;
  readonly settings?: Partial<AuditWriterSettings>;
};

export type AuditWriterSettings = {
  /** Entries that wait for the database. */
  readonly maxWaiting: number;
  /** How long a call may be held up when that many wait. */
  readonly roomMs: number;
  /** How long a stop waits for the last ones. */
  readonly flushMs: number;
};

const SETTINGS: AuditWriterSettings = { maxWaiting: 10_000, roomMs: 1000, flushMs: 5000 };
const BATCH = 256;

/**
 * Brings audit logs into their table, in batches, some time after the calls they tell of. Each node that serves the
 * API writes its own: no other node is needed for it. What cannot be written is told in the node's log instead: a
 * store that is away shall not also stop what needs no store.
 */
export class AuditWriter {
  readonly #options: AuditWriterOptions;
  readonly #settings: AuditWriterSettings;
  readonly #table: AuditTable;
  readonly #batcher: RowBatcher<NewRow>;
  readonly #stopping = new AbortController();
  /** Neither written nor given up. */
  readonly #waiting = new Set<NewRow>();
  #freed = Promise.withResolvers<void>();
  #last: Promise<void> = Promise.resolve();

  constructor(options: AuditWriterOptions) {
    this.#options = options;
    this.#settings = { ...SETTINGS, ...options.settings };
    this.#table = new AuditTable(options.sequelize);
    const send = (batch: Batch<NewRow>) => this.#write(batch);
    this.#batcher = new RowBatcher({ send, maxItems: BATCH, maxBytes: BATCH });
  }

  /** Never throws, and returns at once. */
  append(entry: AuditEntry): void {
    const row = { auditLogId: randomUUID(), ...entry };
    if (this.#isFull || this.#stopping.signal.aborted) return this.#giveUp([row], "too many are waiting");
    this.#waiting.add(row);
    this.#last = this.#batcher.add(row, 1);
  }

  /** Resolves when there is room for an entry, or when that has taken too long. */
  async room(): Promise<void> {
    const deadline = performance.now() + this.#settings.roomMs;
    while (this.#isFull) {
      const left = deadline - performance.now();
      if (left <= 0 || !(await settledWithin(left, this.#freed.promise))) return;
    }
  }

  /** Writes what is waiting. What the database does not take in time is given up. */
  async stop(): Promise<void> {
    await settledWithin(this.#settings.flushMs, this.#last);
    this.#stopping.abort();
    // What is on its way may hang for longer than anybody waits.
    void this.#batcher.stop();
    this.#giveUp([...this.#waiting], "the node is stopping");
  }

  get #isFull(): boolean {
    return this.#waiting.size >= this.#settings.maxWaiting;
  }

  async #write({ items, done }: Batch<NewRow>): Promise<void> {
    await this.#stored(items);
    done.resolve();
    this.#freed.resolve();
    this.#freed = Promise.withResolvers();
  }

  async #stored(rows: readonly NewRow[]): Promise<void> {
    const { counters } = this.#options;
    const onError = (error: unknown) => {
      if (!isTransientSqlError(error)) throw error;
      counters.count("gateway_twin.audit.retries.total");
    };
    try {
      await untilDone(() => this.#table.add(rows), onError, this.#stopping.signal);
      for (const row of rows) this.#waiting.delete(row);
      counters.count("gateway_twin.audit.stored.total", {}, rows.length);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      this.#giveUp(rows, error);
    }
  }

  #giveUp(rows: readonly NewRow[], error: unknown): void {
    const { counters, log } = this.#options;
    for (const row of rows) {
      this.#waiting.delete(row);
      log.error("an audit log could not be stored; it is here instead", { error, audit: row });
    }
    if (rows.length > 0) counters.count("gateway_twin.audit.dropped.total", {}, rows.length);
  }
}
