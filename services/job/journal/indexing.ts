import type { Sql } from "../../../stores/sql/sql.ts";
import { Statement } from "../../../stores/sql/statement.ts";
import { boundsOf } from "./bounds.ts";
import { type Marks, marksAfter, marksOf, textOfMarks } from "./marks.ts";
import { type Page, type ReadPage, readPages } from "./pages.ts";
import { termsOf } from "./terms.ts";

const ROWS_PER_STATEMENT = 1000;
const PAGES_PER_STEP = 64;

/** Everything up to a page is in the index, and how far the journal has the log by then. */
type Progress = { readonly seq: number; readonly marks: Marks };

type TermRow = readonly [term: string, time: number, seq: number];

export async function progressOf(sql: Sql): Promise<Progress> {
  const select = "SELECT seq, marks FROM journal_index WHERE id = 1";
  const [row] = await sql.read<{ seq: number; marks: string }>(select);
  if (!row) throw new Error("the journal has lost the state of its index");
  return { seq: Number(row.seq), marks: marksOf(row.marks) };
}

/**
 * Puts pages into the index. Several may do it at the same time: it is always the same rows. The progress is
 * written last, so that a crash costs nothing but a repetition.
 */
export async function addToIndex(sql: Sql, pages: readonly Page[], marks: Marks): Promise<void> {
  const end = pages.at(-1)?.seq;
  if (end === undefined) return;
  const rows = pages.flatMap((page) => termRowsOf(page));
  // In the order of the index: neighbours are written together.
  rows.sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    await insertTerms(sql, rows.slice(start, start + ROWS_PER_STATEMENT));
  }
  const statement = new Statement();
  const set = `seq = ${statement.value(end)}, marks = ${statement.value(textOfMarks(marks))}`;
  const where = `id = 1 AND seq < ${statement.value(end)}`;
  await sql.write(`UPDATE journal_index SET ${set} WHERE ${where}`, statement);
}

/** The writer adds many pages at once, and may be behind by some: who reads by the index does it for him. */
export async function indexUp(sql: Sql): Promise<void> {
  const { last } = await boundsOf(sql);
  let { seq, marks } = await progressOf(sql);
  for (let length = PAGES_PER_STEP; length === PAGES_PER_STEP; ) {
    const pages = await unindexed(sql, seq, last, PAGES_PER_STEP);
    length = pages.length;
    seq = pages.at(-1)?.seq ?? last;
    marks = marksAfter(marks, idsOf(pages));
    await addToIndex(sql, pages, marks);
  }
}

/** The pages that begin between two places. */
export function unindexed(sql: Sql, after: number, last: number, limit?: number): Promise<ReadPage[]> {
  const statement = new Statement();
  const range = `seq > ${statement.value(after)} AND seq <= ${statement.value(last)}`;
  const most = limit === undefined ? "" : `LIMIT ${limit}`;
  return readPages(sql, statement, `WHERE ${range} ORDER BY seq ${most}`);
}

export function idsOf(pages: readonly Page[]): string[] {
  return pages.flatMap(({ entries }) => entries.map(({ id }) => id));
}

/** What the index has of pages that are no longer kept. */
export async function removeFromIndex(sql: Sql, pages: readonly Page[]): Promise<void> {
  const rows = pages.flatMap((page) => termRowsOf(page));
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    const statement = new Statement();
    const each = rows
      .slice(start, start + ROWS_PER_STATEMENT)
      .map(([term, time, seq]) => `(term = ${statement.value(term)} AND time = ${time} AND seq = ${seq})`);
    await sql.write(`DELETE FROM journal_terms WHERE ${statement.anyOf(each)}`, statement);
  }
}

function termRowsOf({ seq, time, entries }: Page): TermRow[] {
  return Array.from(termsOf(entries), (term) => [term, time, seq]);
}

async function insertTerms(sql: Sql, rows: readonly TermRow[]): Promise<void> {
  const statement = new Statement();
  // Numbers as they are: a placeholder for each would cost more than all the rest.
  const values = rows.map(([term, time, seq]) => `(${statement.value(term)}, ${time}, ${seq})`);
  const same = sql.dialect.onConflict(["term", "time", "seq"], ["seq"]);
  await sql.write(
    `INSERT INTO journal_terms (term, time, seq) VALUES ${values.join(", ")} ${same}`,
    statement,
  );
}
