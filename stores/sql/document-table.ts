import type { PartitionRef, Snapshot, StoredDocument } from "../../actors/runtime/ports.ts";
import { chunksOf } from "./chunks.ts";
import type { Constants } from "./dialect.ts";
import { AT_EPOCH, fencedSource, P, refConstants } from "./fence.ts";
import type { Sql } from "./sql.ts";

const COLUMNS: Constants["columns"] = {
  type: "text",
  actor_id: "text",
  [P]: "integer",
  pos: "integer",
  due_time: "integer",
  document: "text",
  epoch: "integer",
};

export type StoredTimer = {
  readonly type: string;
  readonly partition: number;
  readonly actorId: string;
  readonly dueTime: number;
};

/** Whole documents of actors. */
export class DocumentTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async load(type: string, actorIds: readonly string[]): Promise<StoredDocument[]> {
    if (actorIds.length === 0) return [];
    const statement = this.#sql.statement();
    const where = `type = ${statement.value(type)} AND actor_id IN ${statement.tuple(actorIds)}`;
    const sql = `SELECT actor_id AS actorId, pos, document FROM documents WHERE ${where}`;
    return this.#sql.read<StoredDocument>(sql, statement);
  }

  async save(snapshots: readonly Snapshot[]): Promise<void> {
    const kept = snapshots.filter(({ document }) => document !== null);
    const removed = snapshots.filter(({ document }) => document === null);
    for (const chunk of chunksOf(kept, ({ document }) => document?.length ?? 0)) await this.#upsert(chunk);
    for (const ofPartition of Map.groupBy(removed, partitionKeyOf).values()) await this.#remove(ofPartition);
  }

  /** The stored timers of the partitions that the owner has, at just these epochs. */
  timers(refs: readonly PartitionRef[], owner: string): Promise<StoredTimer[]> {
    const statement = this.#sql.statement();
    const sql = `${this.#sql.dialect.withConstants(statement, refConstants(refs))}
      SELECT d.type, d.${P}, d.actor_id AS actorId, d.due_time AS dueTime
      FROM v JOIN partitions p ON ${AT_EPOCH}
      JOIN documents d ON d.type = p.type AND d.${P} = p.${P} AND d.due_time >= 0
      WHERE p.owner = ${statement.value(owner)}`;
    return this.#sql.readPrepared<StoredTimer>(sql, statement);
  }

  async #upsert(snapshots: readonly Snapshot[]): Promise<void> {
    const statement = this.#sql.statement();
    const rows = snapshots.map((s) => [
      s.type,
      s.actorId,
      s.partition,
      s.pos,
      s.dueTime,
      s.document,
      s.epoch,
    ]);
    const { dialect } = this.#sql;
    // The epoch is there for the fence alone.
    const source = fencedSource(
      dialect,
      statement,
      { columns: COLUMNS, rows },
      (column) => column !== "epoch",
    );
    const replace = dialect.onConflict(["type", "actor_id"], ["pos", "due_time", "document"]);
    await this.#sql.writePrepared(`INSERT INTO documents ${source} ${replace}`, statement);
  }

  /** All of one partition, at one epoch. */
  async #remove(snapshots: readonly Snapshot[]): Promise<void> {
    const [first] = snapshots;
    if (!first) return;
    const statement = this.#sql.statement();
    const [type, partition, epoch] = [first.type, first.partition, first.epoch].map((v) =>
      statement.value(v),
    );
    const fence = `EXISTS (SELECT 1 FROM partitions
      WHERE type = ${type} AND ${P} = ${partition} AND epoch = ${epoch} ${this.#sql.dialect.shareLock})`;
    const ids = statement.tuple(snapshots.map(({ actorId }) => actorId));
    await this.#sql.write(
      `DELETE FROM documents WHERE type = ${type} AND actor_id IN ${ids} AND ${fence}`,
      statement,
    );
  }
}

function partitionKeyOf({ type, partition, epoch }: PartitionRef): string {
  return `${type}/${partition}/${epoch}`;
}
