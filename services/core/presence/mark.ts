import type { DeliveredRow } from "../../../actors/runtime/ports.ts";

/** How far the rows of a partition are counted. */
export type Mark = {
  readonly pos: number;
  /** How many changes of the row at `pos`: large rows come in parts. */
  readonly changes: number;
  /** Rows before `pos` that may still come, oldest first. */
  readonly missing: readonly number[];
};

/** Numbers of changes that failed are never used: they must not be waited for without end. */
const MAX_MISSING = 500;

/** The mark with this row; undefined when it is counted already. */
export type Advance = (mark: Mark, row: DeliveredRow) => Mark | undefined;

/** The rows of actors come in order. */
export function inOrder({ pos, changes }: Mark, row: DeliveredRow): Mark | undefined {
  const isNew = row.pos > pos || (row.pos === pos && row.first >= changes);
  return isNew ? { pos: row.pos, changes: row.first + row.changes.length, missing: [] } : undefined;
}

/** Those of the registry have the numbers of transactions, which may end in another order. */
export function inAnyOrder({ pos, changes, missing }: Mark, row: DeliveredRow): Mark | undefined {
  if (row.pos <= pos) {
    const others = missing.filter((one) => one !== row.pos);
    return others.length < missing.length ? { pos, changes, missing: others } : undefined;
  }
  const first = Math.max(pos + 1, row.pos - MAX_MISSING);
  const skipped = Array.from({ length: row.pos - first }, (_, index) => first + index);
  return { pos: row.pos, changes, missing: [...missing, ...skipped].slice(-MAX_MISSING) };
}
