import { deflateRawSync } from "node:zlib";
import { type QueryInterface, QueryTypes } from "sequelize";

const SEVERITIES = ["INFO", "WARNING", "ERROR", "CRITICAL"];
const BATCH = 500;
const PAGE_EVENTS = 32;
const PAGE_SPAN_MS = 250;
const PAGE_LENGTH = 64 * 1024;

const MOVED = "SELECT COALESCE(MAX(seq + size - 1), 0) FROM journal_pages";

/** A row of `journal_events`. */
type Event = {
  readonly seq: number;
  readonly id: string;
  readonly gateway_id: string;
  readonly type: string;
  readonly severity: number;
  readonly time: number;
  readonly actor: string;
  readonly reason: string | null;
  readonly version: number | null;
  readonly data: string;
};
type Page = { readonly events: Event[]; readonly lines: string[] };
type Marks = Record<string, [pos: number, next: number]>;

/** From one row per event into pages, as the journal had them when they were introduced. */
export async function moveEvents(context: QueryInterface): Promise<void> {
  const [state] = await select<{ marks: string }>(context, "SELECT marks FROM journal_index WHERE id = 1");
  const marks: Marks = JSON.parse(state?.marks ?? "{}");
  // What was broken off is done anew.
  await context.sequelize.query(`DELETE FROM journal_terms WHERE seq > (${MOVED})`);
  for (let events = await nextEvents(context); events.length > 0; events = await nextEvents(context)) {
    const pages = pagesOf(events);
    for (const { id } of events) advance(marks, id);
    const seq = pages.at(-1)?.events[0]?.seq ?? 0;
    await context.bulkInsert("journal_terms", pages.flatMap(termRowsOf));
    await context.bulkUpdate("journal_index", { seq, marks: JSON.stringify(marks) }, { id: 1 });
    // Last: from where they end the next start goes on.
    await context.bulkInsert("journal_pages", pages.map(pageRowOf));
  }
}

async function nextEvents(context: QueryInterface): Promise<Event[]> {
  const rest = `WHERE seq > (${MOVED}) ORDER BY seq LIMIT ${BATCH}`;
  const events = await select<Event>(context, `SELECT * FROM journal_events ${rest}`);
  return events.map((event) => ({ ...event, seq: Number(event.seq), time: Number(event.time) }));
}

function pagesOf(events: readonly Event[]): Page[] {
  const pages: Page[] = [];
  for (const event of events) {
    const line = lineOf(event);
    const page = pages.at(-1);
    if (page && fits(page, event, line)) {
      page.events.push(event);
      page.lines.push(line);
    } else pages.push({ events: [event], lines: [line] });
  }
  return pages;
}

function fits({ events, lines }: Page, { time }: Event, line: string): boolean {
  const times = [time, ...events.map((event) => event.time)];
  const length = lines.reduce((sum, each) => sum + each.length, line.length);
  const span = Math.max(...times) - Math.min(...times);
  return events.length < PAGE_EVENTS && length <= PAGE_LENGTH && span < PAGE_SPAN_MS;
}

function lineOf({ id, gateway_id, type, severity, time, actor, reason, version, data }: Event): string {
  const number = version === null ? null : Number(version);
  const fields = [id, gateway_id, type, SEVERITIES[severity] ?? "INFO", time, actor, reason, number];
  return `${JSON.stringify(fields).slice(0, -1)},${data}]`;
}

function pageRowOf({ events, lines }: Page) {
  const content = deflateRawSync(lines.join("\n"), { level: 1 });
  return { seq: events[0]?.seq, size: events.length, time: latest(events), content };
}

function termRowsOf({ events }: Page) {
  const terms = new Set(events.flatMap(termsOf));
  return Array.from(terms, (term) => ({ term, time: latest(events), seq: events[0]?.seq }));
}

function termsOf({ id, gateway_id, type, severity, actor, version }: Event): string[] {
  return [
    `g:${gateway_id}`,
    `t:${type}`,
    actor.startsWith("gateway:") ? `g:${actor.slice(8)}` : `a:${actor}`,
    ...SEVERITIES.slice(1, severity + 1).map((each) => `s:${each}`),
    ...(id.startsWith("gateway.event.") ? [`i:${id}`] : []),
    ...(version !== null && Number(version) === 0 ? [`x:${gateway_id}`] : []),
  ];
}

function latest(events: readonly Event[]): number {
  return Math.max(...events.map(({ time }) => time));
}

/** Ids that are not the gateway's own say which change of which row of the log it was. */
function advance(marks: Marks, id: string): void {
  const [, partition = "", pos, change] = /^(.+-\d+)-(\d+)-(\d+)-\d+$/.exec(id) ?? [];
  if (pos === undefined) return;
  const [knownPos, knownNext] = marks[partition] ?? [-1, 0];
  const mark: Marks[string] = [Number(pos), Number(change) + 1];
  if (mark[0] > knownPos || (mark[0] === knownPos && mark[1] > knownNext)) marks[partition] = mark;
}

function select<Row extends object>({ sequelize }: QueryInterface, sql: string): Promise<Row[]> {
  return sequelize.query<Row>(sql, { type: QueryTypes.SELECT });
}
