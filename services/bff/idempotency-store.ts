import { randomUUID } from "node:crypto";
import { type Sequelize, UniqueConstraintError } from "sequelize";
import { Sql } from "../../stores/sql/sql.ts";
import type { Statement } from "../../stores/sql/statement.ts";
import type { IdempotencyStore, KeptAnswer, Slot } from "./idempotency.ts";
import { open, seal } from "./seal.ts";

type Options = {
  readonly sequelize: Sequelize;
  /** When kept answers expire. */
  readonly clock: () => number;
  /** How long a claim lasts that is not renewed. */
  readonly leaseMs?: number;
};

type Row = {
  readonly sealed_answer: string;
  readonly expire_time: number;
  readonly claim: string;
  readonly is_running: number | null;
};

const TABLE = "idempotency_keys";
const KEPT_MS = 24 * 60 * 60 * 1000;
const LEASE_MS = 3000;
const SWEEP_EVERY_MS = 60_000;
const SWEEP_ROWS = 1000;

/**
 * Claims and kept answers in the database, by whose own clock claims end: `claimed_until` is null when the answer is
 * there. What has expired goes bit by bit while new answers come.
 */
export function idempotencyStore(options: Options): IdempotencyStore {
  const { clock, leaseMs = LEASE_MS } = options;
  const sql = new Sql(options.sequelize);
  const { nowMs, deleteSome } = sql.dialect;
  const leaseEnd = (statement: Statement) => `${nowMs} + ${statement.value(leaseMs)}`;
  let nextSweep = 0;

  /** False when the key is not new. */
  async function insert({ id, key }: Slot, claim: string, fingerprint: string): Promise<boolean> {
    const statement = sql.statement();
    const values = [id, sealed({ fingerprint }, key), clock() + KEPT_MS, claim];
    const placeholders = [...values.map((value) => statement.value(value)), leaseEnd(statement)];
    const columns = "id, sealed_answer, expire_time, claim, claimed_until";
    try {
      await sql.write(`INSERT INTO ${TABLE} (${columns}) VALUES (${placeholders.join(", ")})`, statement);
      return true;
    } catch (error) {
      if (error instanceof UniqueConstraintError) return false;
      throw error;
    }
  }

  /** Of the row as long as it has this claim; false when it has not. `set` is SQL. */
  async function update(slot: Slot, claim: string, statement: Statement, set: string, and = "") {
    const where = `id = ${statement.value(slot.id)} AND claim = ${statement.value(claim)} ${and}`;
    return (await sql.write(`UPDATE ${TABLE} SET ${set} WHERE ${where}`, statement)) > 0;
  }

  async function remove({ id }: Slot, claim: string): Promise<void> {
    const statement = sql.statement();
    const where = `id = ${statement.value(id)} AND claim = ${statement.value(claim)}`;
    await sql.write(`DELETE FROM ${TABLE} WHERE ${where}`, statement);
  }

  async function sweep(): Promise<void> {
    if (clock() < nextSweep) return;
    nextSweep = clock() + SWEEP_EVERY_MS;
    const statement = sql.statement();
    const where = `expire_time < ${statement.value(clock())}`;
    const removed = await sql.write(deleteSome(TABLE, where, SWEEP_ROWS), statement);
    if (removed === SWEEP_ROWS) nextSweep = 0;
  }

  return {
    leaseMs,
    async load(slot) {
      const statement = sql.statement();
      const columns = `sealed_answer, expire_time, claim, claimed_until > ${nowMs} AS is_running`;
      const where = `id = ${statement.value(slot.id)}`;
      const [row] = await sql.read<Row>(`SELECT ${columns} FROM ${TABLE} WHERE ${where}`, statement);
      if (!row) return undefined;
      if (row.expire_time < clock()) return void (await remove(slot, row.claim));
      const kept: KeptAnswer = JSON.parse(open(row.sealed_answer, slot.key));
      return { ...kept, claim: row.claim, isRunning: row.is_running === 1 };
    },
    async claim(slot, fingerprint, ended) {
      const claim = randomUUID();
      if (ended === undefined) return (await insert(slot, claim, fingerprint)) ? claim : undefined;
      const statement = sql.statement();
      const set = `claim = ${statement.value(claim)}, claimed_until = ${leaseEnd(statement)}`;
      const isTaken = await update(slot, ended, statement, set, `AND claimed_until <= ${nowMs}`);
      return isTaken ? claim : undefined;
    },
    async renew(slot, claim) {
      const statement = sql.statement();
      await update(slot, claim, statement, `claimed_until = ${leaseEnd(statement)}`, "AND claimed_until > 0");
    },
    async keep(slot, claim, kept) {
      await sweep();
      const statement = sql.statement();
      const answer = statement.value(sealed(kept, slot.key));
      const set = `sealed_answer = ${answer}, expire_time = ${statement.value(clock() + KEPT_MS)}`;
      await update(slot, claim, statement, `${set}, claimed_until = NULL`);
    },
    async release(slot, claim) {
      await update(slot, claim, sql.statement(), "claimed_until = 0");
    },
  };
}

function sealed(kept: KeptAnswer, key: string): string {
  return seal(JSON.stringify(kept), key);
}
