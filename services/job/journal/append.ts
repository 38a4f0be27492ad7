import { UniqueConstraintError } from "sequelize";
import { SEVERITIES } from "../../../actors/contracts/severity.ts";
import type { Sql } from "../../../stores/sql/sql.ts";
import { Statement } from "../../../stores/sql/statement.ts";
import { boundsOf } from "./bounds.ts";
import type { Entry } from "./entries.ts";

const COLUMNS = "seq, id, gateway_id, type, severity, time, actor, reason, version, data";
const MAX_ROWS = 200;
const MAX_LENGTH = 512 * 1024;
const MAX_TRIES = 5;

/** An entry with its data as text. */
type Line = { readonly entry: Entry; readonly data: string };

/**
 * Writes what is not there yet behind the end of the journal; the result is the new end. Each statement takes the
 * next numbers without a gap: of two writers at the same time the later one hits the other's rows, and nothing of
 * it is written. So who has read up to a number has seen all there will ever be below it.
 */
export async function append(sql: Sql, entries: readonly Entry[]): Promise<number> {
  let last = 0;
  for (const lines of portionsOf(entries)) last = await appendPortion(sql, lines);
  return last;
}

async function appendPortion(sql: Sql, lines: readonly Line[]): Promise<number> {
  let missing = lines;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { last } = await boundsOf(sql);
    if (missing.length === 0) return last;
    try {
      await insert(sql, missing, last);
      return last + missing.length;
    } catch (error) {
      if (!(error instanceof UniqueConstraintError)) throw error;
      missing = await missingOf(sql, missing);
    }
  }
  throw new Error("somebody else writes the journal all the time");
}

async function insert(sql: Sql, lines: readonly Line[], last: number): Promise<void> {
  const statement = new Statement();
  const rows = lines.map(({ entry, data }, index) =>
    statement.tuple([
      last + 1 + index,
      entry.id,
      entry.gatewayId,
      entry.type,
      SEVERITIES.indexOf(entry.severity),
      entry.time,
      entry.actor,
      entry.reason,
      entry.version,
      data,
    ]),
  );
  await sql.write(`INSERT INTO journal_events (${COLUMNS}) VALUES ${rows.join(", ")}`, statement);
}

/** Copies are there already. */
async function missingOf(sql: Sql, lines: readonly Line[]): Promise<Line[]> {
  const statement = new Statement();
  const ids = statement.tuple(lines.map(({ entry }) => entry.id));
  const select = `SELECT id FROM journal_events WHERE id IN ${ids}`;
  const found = await sql.read<{ id: string }>(select, statement);
  const known = new Set(found.map(({ id }) => id));
  return lines.filter(({ entry }) => !known.has(entry.id));
}

/** Bounded statements: neither too many values nor too much text for one. */
function portionsOf(entries: readonly Entry[]): Line[][] {
  const portions: Line[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const line = { entry, data: JSON.stringify(entry.data) };
    const portion = portions.at(-1);
    length += line.data.length;
    if (portion && portion.length < MAX_ROWS && length <= MAX_LENGTH) portion.push(line);
    else {
      portions.push([line]);
      length = line.data.length;
    }
  }
  return portions;
}
