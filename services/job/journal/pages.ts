import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { JsonObject } from "../../../actors/contracts/json.ts";
import type { Severity } from "../../../actors/contracts/severity.ts";
import type { Sql } from "../../../stores/sql/sql.ts";
import { Statement } from "../../../stores/sql/statement.ts";
import type { Entry } from "./entries.ts";

/** Events per page: more make writing cheaper, and reading one gateway's events dearer. */
export const MAX_EVENTS = 32;
/** Between the earliest and the latest event of a page there are fewer milliseconds. */
export const SPAN_MS = 250;
const MAX_LENGTH = 64 * 1024;
const PAGES_PER_INSERT = 16;
/** Quick, with buffers that are no larger than a page needs: each page gets its own. */
const COMPRESSION = { level: 1, windowBits: 14, memLevel: 7, chunkSize: 4096 };

/** Where a page is: the place of its first event, and the time of its latest. */
export type PagePlace = { readonly seq: number; readonly time: number };

/** Consecutive events that are stored as one row. */
export type Page = PagePlace & { readonly entries: readonly Entry[] };

/** As it is stored: a line of JSON per event, compressed. */
type StoredPage = PagePlace & { readonly size: number; readonly content: Uint8Array };

/** An event at its place in the journal. */
export type EventRow = Entry & { readonly seq: number; readonly length: number };

type Fields = [
  ...[string, string, string, Severity, number, string, string | null, number | null, JsonObject],
  traceId?: string,
];
type Draft = {
  readonly entries: Entry[];
  readonly lines: string[];
  length: number;
  from: number;
  to: number;
};

/** Cuts what comes after a place into pages. */
export function pagesOf(entries: readonly Entry[], after: number): (Page & StoredPage)[] {
  let seq = after + 1;
  return draftsOf(entries).map((draft) => {
    const page = {
      seq,
      time: draft.to,
      size: draft.entries.length,
      entries: draft.entries,
      content: deflateRawSync(draft.lines.join("\n"), COMPRESSION),
    };
    seq += page.size;
    return page;
  });
}

function draftsOf(entries: readonly Entry[]): Draft[] {
  const drafts: Draft[] = [];
  for (const entry of entries) {
    const line = lineOf(entry);
    const { time } = entry;
    let draft = drafts.at(-1);
    if (!draft || !fits(draft, line, time)) {
      draft = { entries: [], lines: [], length: 0, from: time, to: time };
      drafts.push(draft);
    }
    draft.entries.push(entry);
    draft.lines.push(line);
    draft.length += line.length;
    draft.from = Math.min(draft.from, time);
    draft.to = Math.max(draft.to, time);
  }
  return drafts;
}

function fits({ lines, length, from, to }: Draft, line: string, time: number): boolean {
  const isNear = Math.max(to, time) - Math.min(from, time) < SPAN_MS;
  return isNear && lines.length < MAX_EVENTS && length + line.length <= MAX_LENGTH;
}

function lineOf(entry: Entry): string {
  const { id, gatewayId, type, severity, time, actor, reason, version, data, traceId } = entry;
  const fields: Fields = [id, gatewayId, type, severity, time, actor, reason, version, data];
  if (traceId !== undefined) fields.push(traceId);
  return JSON.stringify(fields);
}

/** All events, or only those that have this string in them somewhere. */
function eventsOf({ seq, content }: StoredPage, text: string | undefined): EventRow[] {
  const lines = inflateRawSync(content).toString().split("\n");
  const word = text === undefined ? "" : JSON.stringify(text);
  return lines.flatMap((line, index) => (line.includes(word) ? [eventOfLine(line, seq + index)] : []));
}

function eventOfLine(line: string, seq: number): EventRow {
  const fields: Fields = JSON.parse(line);
  const [id, gatewayId, type, severity, time, actor, reason, version, data, traceId] = fields;
  const event = { id, gatewayId, type, severity, time, actor, reason, version, data };
  return { seq, length: line.length, ...event, ...(traceId && { traceId }) };
}

/** Throws UniqueConstraintError, with nothing of the statement written, where a page begins at the same place. */
export async function insertPages(sql: Sql, pages: readonly (Page & StoredPage)[]): Promise<void> {
  for (let start = 0; start < pages.length; start += PAGES_PER_INSERT) {
    const statement = new Statement();
    const rows = pages
      .slice(start, start + PAGES_PER_INSERT)
      .map(({ seq, size, time, content }) => statement.tuple([seq, size, time, content]));
    const insert = `INSERT INTO journal_pages (seq, size, time, content) VALUES ${rows.join(", ")}`;
    await sql.writePrepared(insert, statement);
  }
}

export type ReadPage = PagePlace & { readonly entries: readonly EventRow[] };

/** `rest` is what follows the table's name in the SELECT; with `text` only the events that have it in them. */
export async function readPages(
  sql: Sql,
  statement: Statement,
  rest: string,
  text?: string,
): Promise<ReadPage[]> {
  const select = `SELECT seq, size, time, content FROM journal_pages ${rest}`;
  const pages = await sql.read<StoredPage>(select, statement);
  return pages.map((page) => ({
    seq: Number(page.seq),
    time: Number(page.time),
    entries: eventsOf(page, text),
  }));
}

/** Those that are still there, in the order of the places. */
export async function pagesAt(sql: Sql, places: readonly number[], text?: string): Promise<ReadPage[]> {
  if (places.length === 0) return [];
  const statement = new Statement();
  const pages = await readPages(sql, statement, `WHERE seq IN ${statement.tuple(places)}`, text);
  const bySeq = new Map(pages.map((page) => [page.seq, page]));
  return places.flatMap((seq) => bySeq.get(seq) ?? []);
}
