import type { JournalEvent } from "../../../actors/contracts/journal.ts";
import type { JsonObject } from "../../../actors/contracts/json.ts";
import { SEVERITIES } from "../../../actors/contracts/severity.ts";
import type { Sql } from "../../../stores/sql/sql.ts";
import type { Statement } from "../../../stores/sql/statement.ts";

const COLUMNS = "seq, id, gateway_id AS gatewayId, type, severity, time, actor, reason, version, data";

/** A row of `journal_events`; some drivers give big integers as strings. */
type EventRecord = {
  readonly seq: number | string;
  readonly id: string;
  readonly gatewayId: string;
  readonly type: string;
  readonly severity: number;
  readonly time: number | string;
  readonly actor: string;
  readonly reason: string | null;
  readonly version: number | string | null;
  readonly data: string;
};

export type EventRow = Omit<EventRecord, "seq" | "time" | "version" | "data"> & {
  readonly seq: number;
  readonly time: number;
  readonly version: number | null;
  readonly data: JsonObject;
  /** Of `data` as text. */
  readonly dataLength: number;
};

/** `rest` is what follows the table's name in the SELECT. */
export async function readEvents(sql: Sql, statement: Statement, rest: string): Promise<EventRow[]> {
  const select = `SELECT ${COLUMNS} FROM journal_events ${rest}`;
  return (await sql.read<EventRecord>(select, statement)).map(rowOf);
}

function rowOf(record: EventRecord): EventRow {
  const { seq, time, version, data } = record;
  return {
    ...record,
    seq: Number(seq),
    time: Number(time),
    version: version === null ? null : Number(version),
    data: JSON.parse(data),
    dataLength: data.length,
  };
}

export function eventOf({
  id,
  type,
  gatewayId,
  severity,
  time,
  actor,
  reason,
  data,
}: EventRow): JournalEvent {
  return {
    id,
    type,
    gatewayId,
    severity: SEVERITIES[severity] ?? "INFO",
    time: rfc3339(time),
    actor,
    ...(reason !== null && { reason }),
    data,
  };
}

export function rfc3339(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
