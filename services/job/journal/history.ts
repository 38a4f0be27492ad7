import type { Params } from "../../../actors/contracts/contract.ts";
import type { HistoryEntry } from "../../../actors/contracts/journal.ts";
import { isJsonObject } from "../../../actors/contracts/json.ts";
import { keyOfToken, pageSizeOf, pageTokenOf } from "../../../mixins/paging.ts";
import type { Sql } from "../../../stores/sql/sql.ts";
import { Statement } from "../../../stores/sql/statement.ts";
import { type EventRow, readEvents, rfc3339 } from "./rows.ts";

/** The changes of a twin since its gateway was created, newest first. */
export async function listHistory(
  sql: Sql,
  { gatewayId, pageSize, pageToken }: Params<"journal.history">,
): Promise<{ history: HistoryEntry[]; nextPageToken: string }> {
  const scope = ["history", gatewayId];
  const [before] = keyOfToken(pageToken, scope, [0]) ?? [];
  const start = await startOfHistory(sql, gatewayId);
  const size = pageSizeOf(pageSize);
  const rows = await changesBefore(
    sql,
    gatewayId,
    start,
    Number(before ?? Number.MAX_SAFE_INTEGER),
    size + 1,
  );
  const page = rows.slice(0, size);
  const last = rows.length > size ? page.at(-1)?.seq : undefined;
  return {
    history: page.map(historyEntry),
    nextPageToken: pageTokenOf(scope, last === undefined ? undefined : [last]),
  };
}

/** The place where the gateway was last deleted; what is before it belongs to another twin. */
export async function startOfHistory(sql: Sql, gatewayId: string): Promise<number> {
  const statement = new Statement();
  const ends = `gateway_id = ${statement.value(gatewayId)} AND version = 0`;
  const select = `SELECT MAX(seq) AS seq FROM journal_events WHERE ${ends}`;
  const [row] = await sql.read<{ seq: number | null }>(select, statement);
  return Number(row?.seq ?? 0);
}

function changesBefore(
  sql: Sql,
  gatewayId: string,
  after: number,
  before: number,
  limit: number,
): Promise<EventRow[]> {
  const statement = new Statement();
  const of = `gateway_id = ${statement.value(gatewayId)} AND version > 0`;
  const range = `seq > ${statement.value(after)} AND seq < ${statement.value(before)}`;
  return readEvents(sql, statement, `WHERE ${of} AND ${range} ORDER BY seq DESC LIMIT ${limit}`);
}

function historyEntry({ type, version, actor, reason, time, data }: EventRow): HistoryEntry {
  const { patch, sectionVersion } = data;
  return {
    version: version ?? 0,
    section: type === "twin.desired.updated" ? "desired" : "reported",
    sectionVersion: Number(sectionVersion),
    patch: isJsonObject(patch) ? patch : {},
    actor,
    ...(reason !== null && { reason }),
    time: rfc3339(time),
  };
}
