import { EMPTY_TWIN } from "../../../actors/twin/state.ts";
import type { Sql } from "../../../stores/sql/sql.ts";
import { Statement } from "../../../stores/sql/statement.ts";
import { type Base, loadBases, saveBases } from "./bases.ts";
import { type Bounds, boundsOf } from "./bounds.ts";
import { foldStep } from "./fold.ts";
import { indexUp, removeFromIndex } from "./indexing.ts";
import { type EventRow, type ReadPage, readPages } from "./pages.ts";

export type RetentionSettings = {
  readonly maxAgeMs: number;
  readonly maxEvents: number;
  /** Pages that one transaction removes. */
  readonly batchSize: number;
};

export const RETENTION: RetentionSettings = {
  maxAgeMs: 30 * 24 * 3_600_000,
  maxEvents: 5_000_000,
  batchSize: 16,
};

/**
 * Removes the oldest pages with events that are too old or too many, one batch; the result is how many events. Before,
 * what they did to twins goes into the twins' bases. Several nodes may do it: whoever is second finds the journal's
 * state changed and does nothing.
 */
export async function trimOnce(sql: Sql, settings: RetentionSettings, now: number): Promise<number> {
  const bounds = await boundsOf(sql);
  const doomed = await doomedPages(sql, settings, bounds, now);
  const rows = doomed.flatMap(({ entries }) => entries);
  const end = rows.at(-1)?.seq;
  if (end === undefined) return 0;
  await indexUp(sql);
  const isMine = await sql.transaction(async (inside) => {
    if (!(await moveStart(inside, bounds.trimmed, end))) return false;
    await foldIntoBases(inside, rows);
    await removeFromIndex(inside, doomed);
    const statement = new Statement();
    await inside.write(`DELETE FROM journal_pages WHERE seq <= ${statement.value(end)}`, statement);
    return true;
  });
  return isMine ? rows.length : 0;
}

/** Always the oldest ones, so that the journal has no holes; and only those of which no event has to stay. */
async function doomedPages(
  sql: Sql,
  { maxAgeMs, maxEvents, batchSize }: RetentionSettings,
  { trimmed, last }: Bounds,
  now: number,
): Promise<ReadPage[]> {
  const oldest = await readPages(sql, new Statement(), `ORDER BY seq LIMIT ${batchSize}`);
  const surplus = last - maxEvents;
  const pages = oldest.filter(({ seq }) => seq > trimmed);
  const isKept = ({ seq, time, entries }: ReadPage) =>
    seq + entries.length - 1 > surplus && time >= now - maxAgeMs;
  const kept = pages.findIndex(isKept);
  return kept < 0 ? pages : pages.slice(0, kept);
}

/** The row stays locked until the end of the transaction, so that nobody else folds the same events. */
async function moveStart(sql: Sql, from: number, to: number): Promise<boolean> {
  const statement = new Statement();
  const set = `trimmed = ${statement.value(to)}`;
  const where = `id = 1 AND trimmed = ${statement.value(from)}`;
  return (await sql.write(`UPDATE journal_state SET ${set} WHERE ${where}`, statement)) === 1;
}

async function foldIntoBases(sql: Sql, rows: readonly EventRow[]): Promise<void> {
  const changes = rows.filter(({ version }) => version !== null);
  const ids = [...new Set(changes.map(({ gatewayId }) => gatewayId))];
  const bases = await loadBases(sql, ids);
  for (const row of changes) bases.set(row.gatewayId, foldRow(bases.get(row.gatewayId), row));
  await saveBases(sql, bases);
}

function foldRow(base: Base | undefined, row: EventRow): Base {
  return { time: row.time, state: foldStep(base ? base.state : EMPTY_TWIN, row) };
}
