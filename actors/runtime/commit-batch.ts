import type { Change, CommitRow, PartitionRef } from "./ports.ts";
import type { Trace } from "./spans.ts";

/** Told once what became of the changes it waited for. */
export type CommitListener = {
  committed(pos: number, batch: PartitionBatch): void;
  refused(): void;
};

/** A partition as the committer sees it. */
export type CommitTarget = PartitionRef & {
  /** Position of the last row committed. */
  readonly pos: number;
  /** After the store has the row, before anybody is told. */
  readonly onCommitted: (row: CommitRow) => void;
  /** Another owner has the partition: forget everything. */
  readonly onFenced: () => void;
};

/** So that one row of large changes still is one statement that every store takes. */
const MAX_CHANGES = 128;

/** What one partition wants to commit in one tick, and who waits for it. */
export class PartitionBatch {
  readonly target: CommitTarget;
  readonly changes: Change[] = [];
  /** Of those of the changes that are traced. */
  traces: readonly Trace[] | undefined;
  readonly #listeners: CommitListener[] = [];

  constructor(target: CommitTarget) {
    this.target = target;
  }

  get isFull(): boolean {
    return this.changes.length >= MAX_CHANGES;
  }

  add(change: Change): void {
    this.changes.push(change);
    if (change.trace !== undefined) this.traces = [...(this.traces ?? []), change.trace];
  }

  wait(listener: CommitListener): void {
    this.#listeners.push(listener);
  }

  toRow(): CommitRow {
    const { type, partition, epoch, pos } = this.target;
    return { type, partition, epoch, pos: pos + 1, changes: this.changes };
  }

  succeed(row: CommitRow): void {
    this.target.onCommitted(row);
    for (const listener of this.#listeners) listener.committed(row.pos, this);
  }

  fail(): void {
    for (const listener of this.#listeners) listener.refused();
  }
}
