import type { Params, Result } from "../../../actors/contracts/contract.ts";
import { eventFilter } from "../../../mixins/event-filter.ts";
import type { Filter } from "../../../mixins/filter/ast.ts";
import { printFilter } from "../../../mixins/filter/print.ts";
import {
  type Key,
  keyOfToken,
  type Order,
  orderOf,
  pageSizeOf,
  pageTokenOf,
  scanPage,
} from "../../../mixins/paging.ts";
import type { Sql } from "../../../stores/sql/sql.ts";
import { Statement } from "../../../stores/sql/statement.ts";
import { conditionsOf } from "./conditions.ts";
import { type EventRow, eventOf, readEvents } from "./rows.ts";

const NEWEST_FIRST = "time desc";

/** By time, and by place where times are equal. */
export async function listEvents(sql: Sql, params: Params<"journal.list">): Promise<Result<"journal.list">> {
  const { filter, accepts } = eventFilter(params.filter);
  const order = orderOf(params.orderBy?.trim() || NEWEST_FIRST, ["time"]);
  const scope = ["events", printFilter(filter), String(order.descending)];
  const { rows, next } = await scanPage({
    pageSize: pageSizeOf(params.pageSize),
    start: keyOfToken(params.pageToken, scope, [0, 0]),
    fetch: (after, limit) => fetchRows(sql, { filter, order, after, limit }),
    keyOf: ({ time, seq }) => [time, seq],
    accepts: (row) => accepts(eventOf(row)),
  });
  return { events: rows.map(eventOf), nextPageToken: pageTokenOf(scope, next) };
}

type Fetch = {
  readonly filter: Filter;
  readonly order: Order<"time">;
  readonly after: Key | undefined;
  readonly limit: number;
};

function fetchRows(sql: Sql, { filter, order, after, limit }: Fetch): Promise<EventRow[]> {
  const statement = new Statement();
  const conditions = [...conditionsOf(filter, statement), ...beyond(after, order, statement)];
  const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
  const direction = order.descending ? "DESC" : "ASC";
  const sorted = `ORDER BY time ${direction}, seq ${direction} LIMIT ${limit}`;
  return readEvents(sql, statement, `${where} ${sorted}`);
}

/** The first condition is the one that an index can begin at. */
function beyond(key: Key | undefined, { descending }: Order<"time">, statement: Statement): string[] {
  if (!key) return [];
  const [time, seq] = key;
  const than = descending ? "<" : ">";
  const from = `time ${than}= ${statement.value(time)}`;
  return [
    from,
    statement.anyOf([`time ${than} ${statement.value(time)}`, `seq ${than} ${statement.value(seq)}`]),
  ];
}
