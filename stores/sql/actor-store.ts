import { QueryTypes, type Sequelize, UniqueConstraintError } from "sequelize";
import type {
  ActorStore,
  Change,
  ClaimedPartition,
  CommitRow,
  PartitionProgress,
  PartitionRef,
  Snapshot,
  StoredDocument,
} from "../../actors/runtime/ports.ts";
import { type Dialect, dialectOf } from "./dialect.ts";
import { Statement } from "./statement.ts";

const ROWS_PER_DELETE = 500;
/** `partition` is a reserved word in MySQL. */
const P = "`partition`";
/** The fence: rows whose epoch is not the partition's present one are not written. */
const FENCE = `JOIN partitions p ON p.type = v.type AND p.${P} = v.${P} AND p.epoch = v.epoch`;

type PartitionRow = { partition: number; epoch: number; snapshot_pos: number; published_pos: number };
type CommitRecord = { type: string; partition: number; pos: number; epoch: number; changes: string };

/** The store of record in SQL. Every write is one autocommitted statement that carries its fence. */
export class SqlActorStore implements ActorStore {
  readonly #sequelize: Sequelize;
  readonly #dialect: Dialect;

  constructor(sequelize: Sequelize) {
    this.#sequelize = sequelize;
    this.#dialect = dialectOf(sequelize);
  }

  async createPartitions(type: string, count: number): Promise<void> {
    const found = (await this.#partitionsOf(type)).length;
    if (found === count) return;
    if (found > 0) {
      throw new Error(
        `the store has ${found} partitions of '${type}', not ${count}; their number is fixed at install`,
      );
    }
    const statement = new Statement();
    const rows = Array.from({ length: count }, (_, partition) => statement.tuple([type, partition]));
    await this.#write(`INSERT INTO partitions (type, ${P}) VALUES ${rows.join(", ")}`, statement);
  }

  async claim(type: string, owner: string): Promise<ClaimedPartition[]> {
    const statement = new Statement();
    const set = `owner = ${statement.value(owner)}, epoch = epoch + 1`;
    await this.#write(`UPDATE partitions SET ${set} WHERE type = ${statement.value(type)}`, statement);
    const partitions = await this.#partitionsOf(type, owner);
    const rows = await this.#unfinishedRows(type);
    const dueTimers = await this.#dueTimers(type, partitions);
    return partitions.map((row) => ({
      type,
      partition: row.partition,
      epoch: row.epoch,
      snapshotPos: row.snapshot_pos,
      publishedPos: row.published_pos,
      rows: rows.get(row.partition) ?? [],
      dueTimers: dueTimers.get(row.partition) ?? [],
    }));
  }

  async release(partitions: readonly PartitionRef[]): Promise<void> {
    if (partitions.length === 0) return;
    const statement = new Statement();
    const own = statement.anyOf(partitions.map((ref) => refCondition(statement, ref)));
    await this.#write(`UPDATE partitions SET owner = NULL WHERE ${own}`, statement);
  }

  async load(type: string, actorIds: readonly string[]): Promise<StoredDocument[]> {
    if (actorIds.length === 0) return [];
    const statement = new Statement();
    const where = `type = ${statement.value(type)} AND actor_id IN ${statement.tuple(actorIds)}`;
    const sql = `SELECT actor_id, pos, document FROM documents WHERE ${where}`;
    const rows = await this.#read<{ actor_id: string; pos: number; document: string }>(sql, statement);
    return rows.map(({ actor_id, pos, document }) => ({ actorId: actor_id, pos, document }));
  }

  async commit(rows: readonly CommitRow[]): Promise<readonly CommitRow[]> {
    try {
      if ((await this.#insertRows(rows)) === rows.length) return [];
      const { refused, missing } = await this.#sortOut(rows);
      return [...refused, ...missing];
    } catch (error) {
      if (!(error instanceof UniqueConstraintError)) throw error;
      return this.#commitRest(rows);
    }
  }

  async saveSnapshots(snapshots: readonly Snapshot[]): Promise<void> {
    const kept = snapshots.filter(({ document }) => document !== null);
    const removed = snapshots.filter(({ document }) => document === null);
    if (kept.length > 0) await this.#upsertDocuments(kept);
    for (const snapshot of removed) await this.#deleteDocument(snapshot);
  }

  async advance(progress: readonly PartitionProgress[]): Promise<void> {
    if (progress.length === 0) return;
    const statement = new Statement();
    const assign = (column: string, value: (entry: PartitionProgress) => number) => {
      const cases = progress.map(
        (entry) => `WHEN ${refCondition(statement, entry)} THEN ${statement.value(value(entry))}`,
      );
      return `${column} = CASE ${cases.join(" ")} ELSE ${column} END`;
    };
    const set = [
      assign("snapshot_pos", (e) => e.snapshotPos),
      assign("published_pos", (e) => e.publishedPos),
    ];
    const own = statement.anyOf(progress.map((entry) => refCondition(statement, entry)));
    await this.#write(`UPDATE partitions SET ${set.join(", ")} WHERE ${own}`, statement);
    await this.#trim(progress);
  }

  /** Rows that are in a snapshot and on the bus, by the word of the store, are not needed any more. */
  async #trim(partitions: readonly PartitionRef[]): Promise<void> {
    let deleted = ROWS_PER_DELETE;
    while (deleted === ROWS_PER_DELETE) {
      const statement = new Statement();
      const done = partitions.map((ref) => {
        const { type, partition } = ref;
        const upTo = `SELECT CASE WHEN snapshot_pos < published_pos THEN snapshot_pos ELSE published_pos END
          FROM partitions WHERE ${refCondition(statement, ref)}`;
        return `(type = ${statement.value(type)} AND ${P} = ${statement.value(partition)} AND pos <= (${upTo}))`;
      });
      const sql = this.#dialect.deleteSome("commits", statement.anyOf(done), ROWS_PER_DELETE);
      deleted = await this.#write(sql, statement);
    }
  }

  /** One of the rows is there already: an earlier try had got through after all, or another owner wrote it. */
  async #commitRest(rows: readonly CommitRow[]): Promise<readonly CommitRow[]> {
    const { refused, missing } = await this.#sortOut(rows);
    if (missing.length === rows.length)
      throw new Error("a row of the commit conflicts with no row of the store");
    return missing.length > 0 ? [...refused, ...(await this.commit(missing))] : refused;
  }

  /** Which of the rows another owner's row stands in for, and which are not there at all. */
  async #sortOut(rows: readonly CommitRow[]): Promise<{ refused: CommitRow[]; missing: CommitRow[] }> {
    const statement = new Statement();
    const wanted = rows.map(
      ({ type, partition, pos }) =>
        `(type = ${statement.value(type)} AND ${P} = ${statement.value(partition)} AND pos = ${statement.value(pos)})`,
    );
    const sql = `SELECT type, ${P}, pos, epoch FROM commits WHERE ${statement.anyOf(wanted)}`;
    const found = await this.#read<CommitRecord>(sql, statement);
    const epochs = new Map(found.map((row) => [keyOf(row), row.epoch]));
    return {
      refused: rows.filter((row) => epochs.has(keyOf(row)) && epochs.get(keyOf(row)) !== row.epoch),
      missing: rows.filter((row) => !epochs.has(keyOf(row))),
    };
  }

  #insertRows(rows: readonly CommitRow[]): Promise<number> {
    const columns = ["type", P, "pos", "epoch", "changes"];
    const statement = new Statement();
    const constants = statement.constants(
      columns,
      rows.map(({ type, partition, pos, epoch, changes }) => [
        type,
        partition,
        pos,
        epoch,
        JSON.stringify(changes),
      ]),
    );
    const select = `SELECT ${columns.map((column) => `v.${column}`).join(", ")} FROM v ${FENCE}`;
    return this.#write(`INSERT INTO commits (${columns.join(", ")}) ${constants} ${select}`, statement);
  }

  async #upsertDocuments(snapshots: readonly Snapshot[]): Promise<void> {
    const columns = ["type", "actor_id", P, "pos", "due_time", "document"];
    const statement = new Statement();
    const constants = statement.constants(
      [...columns, "epoch"],
      snapshots.map((s) => [s.type, s.actorId, s.partition, s.pos, s.dueTime, s.document, s.epoch]),
    );
    const select = `SELECT ${columns.map((column) => `v.${column}`).join(", ")} FROM v ${FENCE} WHERE true`;
    const upsert = this.#dialect.onConflict(["type", "actor_id"], ["pos", "due_time", "document"]);
    await this.#write(
      `INSERT INTO documents (${columns.join(", ")}) ${constants} ${select} ${upsert}`,
      statement,
    );
  }

  async #deleteDocument({ type, actorId, partition, epoch }: Snapshot): Promise<void> {
    const statement = new Statement();
    const document = `type = ${statement.value(type)} AND actor_id = ${statement.value(actorId)}`;
    const fence = `EXISTS (SELECT 1 FROM partitions WHERE ${refCondition(statement, { type, partition, epoch })})`;
    await this.#write(`DELETE FROM documents WHERE ${document} AND ${fence}`, statement);
  }

  #partitionsOf(type: string, owner?: string): Promise<PartitionRow[]> {
    const statement = new Statement();
    const ofOwner = owner === undefined ? "" : `AND owner = ${statement.value(owner)}`;
    const sql = `SELECT ${P}, epoch, snapshot_pos, published_pos FROM partitions
      WHERE type = ${statement.value(type)} ${ofOwner} ORDER BY ${P}`;
    return this.#read<PartitionRow>(sql, statement);
  }

  async #unfinishedRows(type: string): Promise<Map<number, CommitRow[]>> {
    const statement = new Statement();
    const sql = `SELECT c.type, c.${P}, c.pos, c.epoch, c.changes FROM commits c
      JOIN partitions p ON p.type = c.type AND p.${P} = c.${P}
      WHERE c.type = ${statement.value(type)} AND (c.pos > p.snapshot_pos OR c.pos > p.published_pos)
      ORDER BY c.${P}, c.pos`;
    const rows = await this.#read<CommitRecord>(sql, statement);
    return Map.groupBy(rows.map(commitRowOf), (row) => row.partition);
  }

  async #dueTimers(type: string, partitions: readonly PartitionRow[]) {
    if (partitions.length === 0) return new Map<number, ClaimedPartition["dueTimers"]>();
    const statement = new Statement();
    const sql = `SELECT ${P}, actor_id, due_time FROM documents WHERE type = ${statement.value(type)}
      AND ${P} IN ${statement.tuple(partitions.map((row) => row.partition))} AND due_time >= 0`;
    const rows = await this.#read<{ partition: number; actor_id: string; due_time: number }>(sql, statement);
    const timers = rows.map((row) => ({
      partition: row.partition,
      actorId: row.actor_id,
      dueTime: row.due_time,
    }));
    return Map.groupBy(timers, (timer) => timer.partition);
  }

  #read<Row extends object>(sql: string, { bind }: Statement): Promise<Row[]> {
    return this.#sequelize.query<Row>(sql, { bind, type: QueryTypes.SELECT });
  }

  /** The number of rows written. */
  async #write(sql: string, { bind }: Statement): Promise<number> {
    const [, metadata] = await this.#sequelize.query(sql, { bind, type: QueryTypes.RAW });
    return this.#dialect.affected(metadata);
  }
}

function refCondition(statement: Statement, { type, partition, epoch }: PartitionRef): string {
  return `(type = ${statement.value(type)} AND ${P} = ${statement.value(partition)} AND epoch = ${statement.value(epoch)})`;
}

function keyOf({ type, partition, pos }: Pick<CommitRow, "type" | "partition" | "pos">): string {
  return `${type}/${partition}/${pos}`;
}

function commitRowOf({ changes, ...row }: CommitRecord): CommitRow {
  return { ...row, changes: JSON.parse(changes) as Change[] };
}
