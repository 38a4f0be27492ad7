import type { Params, Result } from "../../../actors/contracts/contract.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { TailedEvent } from "../../../actors/contracts/journal.ts";
import { eventFilter } from "../../../mixins/event-filter.ts";
import type { Sql } from "../../../stores/sql/sql.ts";
import { boundsOf } from "./bounds.ts";
import { indexUp } from "./indexing.ts";
import { type EventRow, MAX_EVENTS, pagesAt } from "./pages.ts";
import { eventOf } from "./rows.ts";
import { placesOf } from "./search.ts";
import { termOf } from "./terms.ts";

const DEFAULT_LIMIT = 200;
const PAGES_AT_ONCE = 16;
/** Of `data`; the event that passes it is the last of the answer. */
const MAX_LENGTH = 1024 * 1024;

/** What comes after a place, oldest first. */
export async function tailEvents(sql: Sql, params: Params<"journal.tail">): Promise<Result<"journal.tail">> {
  const { afterSeq, gatewayId, limit = DEFAULT_LIMIT } = params;
  const { accepts } = eventFilter(params.filter);
  const { last } = await boundsOf(sql);
  if (afterSeq === undefined) return { events: [], seq: last };
  const { rows, isEnd } = await rowsAfter(sql, { afterSeq, last, gatewayId, limit });
  // Looked at after the rows: what was removed before they were read is known by now.
  const { trimmed } = await boundsOf(sql);
  if (afterSeq < trimmed) throw new DomainError("NO_LONGER_KEPT", { what: `The event after ${afterSeq}` });
  const events = rows.map((row): TailedEvent => ({ seq: row.seq, event: eventOf(row) }));
  const seq = isEnd ? Math.max(afterSeq, last) : (events.at(-1)?.seq ?? afterSeq);
  return { events: events.filter(({ event }) => accepts(event)), seq };
}

type Stretch = {
  readonly afterSeq: number;
  readonly last: number;
  readonly gatewayId: string | undefined;
  readonly limit: number;
};

/** As many as one answer takes; `isEnd`: that is all there is. */
async function rowsAfter(sql: Sql, stretch: Stretch): Promise<{ rows: EventRow[]; isEnd: boolean }> {
  const rows: EventRow[] = [];
  let length = 0;
  for await (const row of allAfter(sql, stretch)) {
    if (rows.length === stretch.limit || length > MAX_LENGTH) return { rows, isEnd: false };
    rows.push(row);
    length += row.length;
  }
  return { rows, isEnd: true };
}

async function* allAfter(sql: Sql, stretch: Stretch): AsyncGenerator<EventRow> {
  const { afterSeq, last, gatewayId } = stretch;
  if (gatewayId !== undefined) await indexUp(sql);
  const isWanted = (row: EventRow) => gatewayId === undefined || row.gatewayId === gatewayId;
  // Pages have their place where they begin.
  let place = afterSeq - MAX_EVENTS;
  for (let length = PAGES_AT_ONCE; length === PAGES_AT_ONCE; ) {
    const seqs = await pagesBehind(sql, place, stretch);
    const rows = (await pagesAt(sql, seqs, gatewayId)).flatMap(({ entries }) => entries);
    yield* rows.filter((row) => row.seq > afterSeq && row.seq <= last && isWanted(row));
    length = seqs.length;
    place = seqs.at(-1) ?? last;
  }
}

async function pagesBehind(sql: Sql, place: number, { last, gatewayId }: Stretch): Promise<number[]> {
  const places = await placesOf(sql, {
    terms: gatewayId === undefined ? [] : [termOf.gateway(gatewayId)],
    conditions: (statement) => [`t.seq > ${statement.value(place)}`, `t.seq <= ${statement.value(last)}`],
    order: "t.seq",
    limit: PAGES_AT_ONCE,
  });
  return places.map(({ seq }) => seq);
}
