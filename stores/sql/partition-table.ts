import { UniqueConstraintError } from "sequelize";
import type { PartitionProgress, PartitionRecord, PartitionRef } from "../../actors/runtime/ports.ts";
import type { Constants } from "./dialect.ts";
import { AT_EPOCH, comparePlaces, P, REF, refConstants } from "./fence.ts";
import type { Sql } from "./sql.ts";
import type { Statement } from "./statement.ts";

/** Whose the partitions are, and how far. */
export class PartitionTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async create(type: string, count: number): Promise<void> {
    if ((await this.#countOf(type)) === 0) await this.#insert(type, count);
    const found = await this.#countOf(type);
    if (found === count) return;
    throw new Error(
      `the store has ${found} partitions of '${type}', not ${count}; their number is fixed at install`,
    );
  }

  all(): Promise<PartitionRecord[]> {
    const sql = `SELECT type, ${P}, epoch, owner FROM partitions ORDER BY type, ${P}`;
    return this.#sql.read<PartitionRecord>(sql);
  }

  /** Those that are still at the epoch seen get the next one, and the owner with it. */
  async takeOver(seen: readonly PartitionRef[], owner: string): Promise<void> {
    const statement = this.#sql.statement();
    const set = { owner: statement.value(owner), epoch: "p.epoch + 1" };
    await this.#update(statement, refConstants(seen), set);
  }

  /** Those of the partitions that the owner has, at just these epochs. */
  held(refs: readonly PartitionRef[], owner: string): Promise<PartitionProgress[]> {
    const statement = this.#sql.statement();
    const sql = `${this.#sql.dialect.withConstants(statement, refConstants(refs))}
      SELECT p.type, p.${P}, p.epoch, p.snapshot_pos AS snapshotPos, p.published_pos AS publishedPos
      FROM v JOIN partitions p ON ${AT_EPOCH} WHERE p.owner = ${statement.value(owner)} ORDER BY p.type, p.${P}`;
    return this.#sql.readPrepared<PartitionProgress>(sql, statement);
  }

  release(refs: readonly PartitionRef[]): Promise<void> {
    return this.#update(this.#sql.statement(), refConstants(refs), { owner: "NULL" });
  }

  advance(progress: readonly PartitionProgress[]): Promise<void> {
    const set = { snapshot_pos: "v.snapshot_pos", published_pos: "v.published_pos" };
    return this.#update(this.#sql.statement(), progressConstants(progress), set);
  }

  async #update(statement: Statement, constants: Constants, set: Record<string, string>): Promise<void> {
    const update = { table: "partitions", on: AT_EPOCH, set };
    await this.#sql.writePrepared(this.#sql.dialect.updateFrom(statement, constants, update), statement);
  }

  async #countOf(type: string): Promise<number> {
    const statement = this.#sql.statement();
    const sql = `SELECT count(*) AS count FROM partitions WHERE type = ${statement.value(type)}`;
    const [row] = await this.#sql.read<{ count: number }>(sql, statement);
    return row?.count ?? 0;
  }

  async #insert(type: string, count: number): Promise<void> {
    const statement = this.#sql.statement();
    const rows = Array.from({ length: count }, (_, partition) => statement.tuple([type, partition]));
    try {
      await this.#sql.write(`INSERT INTO partitions (type, ${P}) VALUES ${rows.join(", ")}`, statement);
    } catch (error) {
      // Another node was faster; what counts is the number it has made.
      if (!(error instanceof UniqueConstraintError)) throw error;
    }
  }
}

function progressConstants(progress: readonly PartitionProgress[]): Constants {
  const rows = progress
    .toSorted(comparePlaces)
    .map(({ type, partition, epoch, snapshotPos, publishedPos }) => [
      type,
      partition,
      epoch,
      snapshotPos,
      publishedPos,
    ]);
  return { columns: { ...REF, snapshot_pos: "integer", published_pos: "integer" }, rows };
}
