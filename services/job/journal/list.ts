import type { Params, Result } from "../../../actors/contracts/contract.ts";
import { eventFilter } from "../../../mixins/event-filter.ts";
import { printFilter } from "../../../mixins/filter/print.ts";
import { type Key, keyOfToken, orderOf, pageSizeOf, pageTokenOf, scanPage } from "../../../mixins/paging.ts";
import type { Sql } from "../../../stores/sql/sql.ts";
import type { Statement } from "../../../stores/sql/statement.ts";
import { type Conditions, conditionsOf } from "./conditions.ts";
import { indexUp } from "./indexing.ts";
import { type EventRow, MAX_EVENTS, type PagePlace, pagesAt, SPAN_MS } from "./pages.ts";
import { eventOf } from "./rows.ts";
import { placesOf } from "./search.ts";

const NEWEST_FIRST = "time desc";
const MAX_PAGES = 100;

/** By time, and by place where times are equal. */
export async function listEvents(sql: Sql, params: Params<"journal.list">): Promise<Result<"journal.list">> {
  const { filter, accepts } = eventFilter(params.filter);
  const { descending } = orderOf(params.orderBy?.trim() || NEWEST_FIRST, ["time"]);
  const scope = ["events", printFilter(filter), String(descending)];
  const list = { conditions: conditionsOf(filter), descending };
  if (list.conditions.terms.length > 0) await indexUp(sql);
  const { rows, next } = await scanPage({
    pageSize: pageSizeOf(params.pageSize),
    start: keyOfToken(params.pageToken, scope, [0, 0]),
    fetch: (after, limit) => fetchRows(sql, list, after, limit),
    keyOf: ({ time, seq }) => [time, seq],
    accepts: (row) => accepts(eventOf(row)),
  });
  return { events: rows.map(eventOf), nextPageToken: pageTokenOf(scope, next) };
}

type List = { readonly conditions: Conditions; readonly descending: boolean };
type Placed = Pick<EventRow, "time" | "seq">;

/**
 * Pages come in the order of their latest event, so that the times of neighbouring pages overlap, by less than what
 * a page spans. An event has its place in the list once no page that is still to come can have one before it.
 */
async function fetchRows(sql: Sql, list: List, key: Key | undefined, limit: number): Promise<EventRow[]> {
  const { gatewayId } = list.conditions;
  const after = key && { time: Number(key[0]), seq: Number(key[1]) };
  const atOnce = Math.min(MAX_PAGES, gatewayId === undefined ? Math.ceil(limit / MAX_EVENTS) + 1 : limit);
  const rows: EventRow[] = [];
  for (let place = after && startOf(after, list); ; ) {
    const places = await nextPages(sql, list, place, atOnce);
    const pages = await pagesAt(
      sql,
      places.map(({ seq }) => seq),
      gatewayId,
    );
    const events = pages.flatMap(({ entries }) => entries);
    rows.push(...events.filter((row) => !after || isBeyond(row, after, list)));
    place = places.at(-1);
    const isEnd = places.length < atOnce || !place;
    const sure = isEnd || !place ? rows : settled(rows, place, list);
    if (isEnd || sure.length >= limit) {
      return sure.toSorted((a, b) => (isBeyond(a, b, list) ? 1 : -1)).slice(0, limit);
    }
  }
}

/** Just before the first page that can have something from beyond an event. */
function startOf({ time }: Placed, { descending }: List): PagePlace {
  return { time: descending ? time + SPAN_MS : time, seq: 0 };
}

function settled(rows: readonly EventRow[], { time }: PagePlace, { descending }: List): EventRow[] {
  return rows.filter((row) => (descending ? row.time > time : row.time <= time - SPAN_MS));
}

function isBeyond(row: Placed, other: Placed, { descending }: List): boolean {
  const distance = row.time - other.time || row.seq - other.seq;
  return descending ? distance < 0 : distance > 0;
}

function nextPages(
  sql: Sql,
  { conditions: { terms, from, before }, descending }: List,
  place: PagePlace | undefined,
  limit: number,
): Promise<PagePlace[]> {
  const conditions = (statement: Statement) => [
    ...(from === undefined ? [] : [`t.time >= ${statement.value(from)}`]),
    ...(before === undefined ? [] : [`t.time < ${statement.value(before)}`]),
    ...(place ? beyond(place, descending ? "<" : ">", statement) : []),
  ];
  const order = descending ? "t.time DESC, t.seq DESC" : "t.time, t.seq";
  return placesOf(sql, { terms, conditions, order, limit });
}

/** The first condition is the one that an index can begin at. */
function beyond({ time, seq }: PagePlace, than: "<" | ">", statement: Statement): string[] {
  const later = `t.time ${than} ${statement.value(time)}`;
  return [
    `t.time ${than}= ${statement.value(time)}`,
    statement.anyOf([later, `t.seq ${than} ${statement.value(seq)}`]),
  ];
}
