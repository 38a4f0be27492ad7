import type { Params, Result } from "../../../actors/contracts/contract.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { TailedEvent } from "../../../actors/contracts/journal.ts";
import { eventFilter } from "../../../mixins/event-filter.ts";
import type { Sql } from "../../../stores/sql/sql.ts";
import { Statement } from "../../../stores/sql/statement.ts";
import { boundsOf } from "./bounds.ts";
import { type EventRow, eventOf, readEvents } from "./rows.ts";

const DEFAULT_LIMIT = 200;
/** Of `data`; the event that passes it is the last of the answer. */
const MAX_LENGTH = 1024 * 1024;

/** What comes after a place, oldest first. */
export async function tailEvents(sql: Sql, params: Params<"journal.tail">): Promise<Result<"journal.tail">> {
  const { afterSeq, gatewayId, limit = DEFAULT_LIMIT } = params;
  const { accepts } = eventFilter(params.filter);
  const { last } = await boundsOf(sql);
  if (afterSeq === undefined) return { events: [], seq: last };
  const rows = await rowsAfter(sql, afterSeq, last, gatewayId, limit);
  // Looked at after the rows: what was removed before they were read is known by now.
  const { trimmed } = await boundsOf(sql);
  if (afterSeq < trimmed) throw new DomainError("NO_LONGER_KEPT", { what: `The event after ${afterSeq}` });
  const taken = rows.slice(0, lengthWithin(rows));
  const events = taken.map((row): TailedEvent => ({ seq: row.seq, event: eventOf(row) }));
  const isEnd = rows.length < limit && taken.length === rows.length;
  const seq = isEnd ? Math.max(afterSeq, last) : (events.at(-1)?.seq ?? afterSeq);
  return { events: events.filter(({ event }) => accepts(event)), seq };
}

function rowsAfter(
  sql: Sql,
  afterSeq: number,
  last: number,
  gatewayId: string | undefined,
  limit: number,
): Promise<EventRow[]> {
  const statement = new Statement();
  const after = `seq > ${statement.value(afterSeq)} AND seq <= ${statement.value(last)}`;
  const of = gatewayId === undefined ? "" : `AND gateway_id = ${statement.value(gatewayId)}`;
  return readEvents(sql, statement, `WHERE ${after} ${of} ORDER BY seq LIMIT ${limit}`);
}

/** How many of the first ones make one answer. */
function lengthWithin(rows: readonly EventRow[]): number {
  let length = 0;
  const index = rows.findIndex((row) => {
    length += row.dataLength;
    return length > MAX_LENGTH;
  });
  return index < 0 ? rows.length : index + 1;
}
