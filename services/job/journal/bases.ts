import { EMPTY_TWIN } from "../../../actors/twin/state.ts";
import type { Sql } from "../../../stores/sql/sql.ts";
import { Statement } from "../../../stores/sql/statement.ts";
import { type Known, stateOf, textOf } from "./fold.ts";

/** What the events of a gateway that are no longer kept add up to. */
export type Base = {
  /** Of the last of them, in epoch milliseconds. */
  readonly time: number;
  readonly state: Known;
};

/** A document may have more than 100 KiB. */
const PER_STATEMENT = 50;

type BaseRecord = { gatewayId: string; time: number | string; document: string | null };

/** Gateways without one are left out: nothing of them was removed, or all of it had ended. */
export async function loadBases(sql: Sql, gatewayIds: readonly string[]): Promise<Map<string, Base>> {
  if (gatewayIds.length === 0) return new Map();
  const statement = new Statement();
  const of = `gateway_id IN ${statement.tuple(gatewayIds)}`;
  const select = `SELECT gateway_id AS gatewayId, time, document FROM journal_bases WHERE ${of}`;
  const records = await sql.read<BaseRecord>(select, statement);
  return new Map(
    records.map(({ gatewayId, time, document }) => [
      gatewayId,
      { time: Number(time), state: stateOf(document) },
    ]),
  );
}

/** A twin that is empty again needs no base. */
export async function saveBases(sql: Sql, bases: ReadonlyMap<string, Base>): Promise<void> {
  const kept = [...bases].filter(([, { state }]) => state !== EMPTY_TWIN);
  const ended = [...bases].filter(([, { state }]) => state === EMPTY_TWIN);
  for (let start = 0; start < kept.length; start += PER_STATEMENT) {
    await upsert(sql, kept.slice(start, start + PER_STATEMENT));
  }
  if (ended.length > 0) {
    const statement = new Statement();
    const ids = statement.tuple(ended.map(([gatewayId]) => gatewayId));
    await sql.write(`DELETE FROM journal_bases WHERE gateway_id IN ${ids}`, statement);
  }
}

async function upsert(sql: Sql, bases: readonly (readonly [string, Base])[]): Promise<void> {
  const statement = new Statement();
  const rows = bases.map(([gatewayId, { time, state }]) => statement.tuple([gatewayId, time, textOf(state)]));
  const insert = `INSERT INTO journal_bases (gateway_id, time, document) VALUES ${rows.join(", ")}`;
  const replace = sql.dialect.onConflict(["gateway_id"], ["time", "document"]);
  await sql.write(`${insert} ${replace}`, statement);
}
