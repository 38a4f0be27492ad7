import type { Sql } from "../../../stores/sql/sql.ts";
import { Statement } from "../../../stores/sql/statement.ts";

/** The journal holds the events after `trimmed` up to `last`, without a gap. */
export type Bounds = { readonly trimmed: number; readonly last: number };

const END = "SELECT seq + size - 1 FROM journal_pages ORDER BY seq DESC LIMIT 1";

export async function boundsOf(sql: Sql): Promise<Bounds> {
  const [row] = await sql.read<{ trimmed: number; last: number | null }>(
    `SELECT trimmed, (${END}) AS last FROM journal_state WHERE id = 1`,
    new Statement(),
  );
  if (!row) throw new Error("the journal has lost its state");
  return { trimmed: Number(row.trimmed), last: Number(row.last ?? row.trimmed) };
}
