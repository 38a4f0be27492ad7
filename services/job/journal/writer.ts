import { UniqueConstraintError } from "sequelize";
import type { DeliveredRow } from "../../../actors/runtime/ports.ts";
import type { Sql } from "../../../stores/sql/sql.ts";
import { boundsOf } from "./bounds.ts";
import { knownIds } from "./copies.ts";
import { type Entry, entriesOf } from "./entries.ts";
import { addToIndex, idsOf, progressOf, unindexed } from "./indexing.ts";
import { advance, isAbove, type Marks, marksAfter } from "./marks.ts";
import { insertPages, type Page, pagesOf } from "./pages.ts";
import { hasOwnId } from "./terms.ts";

const MAX_TRIES = 5;
/** Index rows are cheaper in bulk; and who reads by the index has no more than these to add before. */
const EVENTS_PER_INDEXING = 1024;

/** Where the journal ends, and what its index does not know yet. */
type End = { readonly last: number; readonly marks: Marks; readonly unindexed: readonly Page[] };

/** What a delivery adds to the journal, and how far the journal has the log then. */
type Draft = {
  readonly entries: readonly Entry[];
  /** Those that may be there already. */
  readonly doubtful: readonly Entry[];
  readonly marks: Marks;
};

/** Writes what is not there yet behind the end of the journal. */
export class JournalWriter {
  readonly #sql: Sql;
  #end: End | undefined;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /**
   * Pages begin where the one before ends. Of two writers at the same time (a delivery that was given up and handed
   * out again) the later one hits the other's page, nothing of its statement is written, and it reads the end again.
   * So who has read up to a number has seen all there will ever be below it.
   */
  async append(rows: readonly DeliveredRow[]): Promise<{ added: readonly Entry[]; last: number }> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const end = await this.#currentEnd();
      const draft = draftOf(rows, end.marks);
      const isSure = draft.doubtful.length === 0;
      const sure = isSure ? end : await this.#indexed(end);
      const entries = isSure ? draft.entries : await this.#withoutCopies(draft);
      if (entries.length === 0 || (await this.#write(entries, draft.marks, sure)))
        return { added: entries, last: end.last + entries.length };
    }
    throw new Error("somebody else writes the journal all the time");
  }

  /** False: somebody else was faster. */
  async #write(entries: readonly Entry[], marks: Marks, { last, unindexed }: End): Promise<boolean> {
    const pages = pagesOf(entries, last);
    this.#end = undefined;
    try {
      await insertPages(this.#sql, pages);
    } catch (error) {
      if (error instanceof UniqueConstraintError) return false;
      throw error;
    }
    const end = { last: last + entries.length, marks, unindexed: [...unindexed, ...pages] };
    this.#end = eventsIn(end.unindexed) < EVENTS_PER_INDEXING ? end : await this.#indexed(end);
    return true;
  }

  /** What is remembered, and what other nodes have written since: they take turns. */
  async #currentEnd(): Promise<End> {
    const { last } = await boundsOf(this.#sql);
    const end = this.#end && isNear(this.#end, last) ? this.#end : await this.#endOfIndex();
    this.#end = end.last === last ? end : await this.#caughtUp(end, last);
    return this.#end;
  }

  async #endOfIndex(): Promise<End> {
    const { seq, marks } = await progressOf(this.#sql);
    return { last: seq, marks, unindexed: [] };
  }

  async #caughtUp(end: End, last: number): Promise<End> {
    const pages = await unindexed(this.#sql, end.last, last);
    return { last, marks: marksAfter(end.marks, idsOf(pages)), unindexed: [...end.unindexed, ...pages] };
  }

  /** Other nodes may have added some of it to the index. */
  async #indexed(end: End): Promise<End> {
    const { seq } = await progressOf(this.#sql);
    const missing = end.unindexed.filter((page) => page.seq > seq);
    await addToIndex(this.#sql, missing, end.marks);
    return { ...end, unindexed: [] };
  }

  async #withoutCopies({ entries, doubtful }: Draft): Promise<Entry[]> {
    const known = await knownIds(this.#sql, doubtful);
    return entries.filter(({ id }) => {
      const isNew = !known.has(id);
      // The delivery may have it twice.
      known.add(id);
      return isNew;
    });
  }
}

function draftOf(rows: readonly DeliveredRow[], before: Marks): Draft {
  const marks = new Map(before);
  const entries: Entry[] = [];
  const doubtful: Entry[] = [];
  for (const row of rows) {
    const ofRow = entriesOf(row);
    entries.push(...ofRow);
    doubtful.push(...(isAbove(marks, row) ? ofRow.filter(hasOwnId) : ofRow));
    advance(marks, row);
  }
  return { entries, doubtful, marks };
}

/** Is it less to read on from there than from where the index ends? A journal that was restored is shorter. */
function isNear(end: End, last: number): boolean {
  return last >= end.last && last - end.last < EVENTS_PER_INDEXING;
}

function eventsIn(pages: readonly Page[]): number {
  return pages.reduce((sum, { entries }) => sum + entries.length, 0);
}
