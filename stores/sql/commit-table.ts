import { UniqueConstraintError } from "sequelize";
import { changesText } from "../../actors/runtime/changes-text.ts";
import type { Change, CommitRow, PartitionRef } from "../../actors/runtime/ports.ts";
import { chunksOf } from "./chunks.ts";
import type { Constants } from "./dialect.ts";
import { AT_EPOCH, comparePlaces, fencedSource, P, refConstants } from "./fence.ts";
import type { Sql } from "./sql.ts";
import type { Statement } from "./statement.ts";

const COLUMNS: Constants["columns"] = {
  type: "text",
  [P]: "integer",
  pos: "integer",
  epoch: "integer",
  changes: "text",
};
/** Up to this position all of a partition `p` is in snapshots and on the bus. */
const FINISHED = "CASE WHEN p.snapshot_pos < p.published_pos THEN p.snapshot_pos ELSE p.published_pos END";

/** Each partition adds a condition that is tried with every row. */
const PARTITIONS_PER_DELETE = 16;
/** Bounded, so that nobody waits long for what it has locked. */
const ROWS_PER_DELETE = 1000;

type Place = Pick<CommitRow, "type" | "partition" | "pos">;
type CommitRecord = Omit<CommitRow, "changes"> & { readonly changes: string };
type Entry = { readonly row: CommitRow; readonly changes: string };

/** Committed changes that are not both in a snapshot and on the bus. */
export class CommitTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** The rows refused. Each statement is fenced by itself; one is enough unless there is very much to write. */
  async commit(rows: readonly CommitRow[]): Promise<readonly CommitRow[]> {
    const entries = rows.map((row) => ({ row, changes: changesText(row.changes) }));
    const refused: CommitRow[] = [];
    for (const chunk of chunksOf(entries, ({ changes }) => changes.length)) {
      refused.push(...(await this.#commit(chunk)));
    }
    return refused;
  }

  /** The unfinished rows of the partitions that the owner has, at just these epochs; in order. */
  async unfinished(refs: readonly PartitionRef[], owner: string): Promise<CommitRow[]> {
    const statement = this.#sql.statement();
    const sql = `${this.#sql.dialect.withConstants(statement, refConstants(refs))}
      SELECT c.type, c.${P}, c.pos, c.epoch, c.changes FROM v JOIN partitions p ON ${AT_EPOCH}
      JOIN commits c ON c.type = p.type AND c.${P} = p.${P} AND c.pos > ${FINISHED}
      WHERE p.owner = ${statement.value(owner)}`;
    const found = await this.#sql.readPrepared<CommitRecord>(sql, statement);
    return found.map(commitRowOf).toSorted((a, b) => a.pos - b.pos);
  }

  /**
   * Deletes what is finished by the word of the store. Positions only grow, so this needs no fence; and with them
   * written out, a statement locks nothing but the rows it deletes.
   */
  async trim(refs: readonly PartitionRef[]): Promise<void> {
    const finished = await this.#finished(refs);
    for (let at = 0; at < finished.length; at += PARTITIONS_PER_DELETE) {
      await this.#delete(finished.slice(at, at + PARTITIONS_PER_DELETE));
    }
  }

  /** The ends of what can be deleted, where there is something. */
  #finished(refs: readonly PartitionRef[]): Promise<Place[]> {
    const statement = this.#sql.statement();
    const sql = `${this.#sql.dialect.withConstants(statement, refConstants(refs))}
      SELECT p.type, p.${P}, ${FINISHED} AS pos FROM v JOIN partitions p ON ${AT_EPOCH}
      WHERE EXISTS (SELECT 1 FROM commits c WHERE c.type = p.type AND c.${P} = p.${P} AND c.pos <= ${FINISHED})`;
    return this.#sql.readPrepared<Place>(sql, statement);
  }

  async #delete(upTo: readonly Place[]): Promise<void> {
    let deleted = ROWS_PER_DELETE;
    while (deleted === ROWS_PER_DELETE) {
      const statement = this.#sql.statement();
      const done = upTo.map((place) => placed(statement, place, "<="));
      const sql = this.#sql.dialect.deleteSome("commits", statement.anyOf(done), ROWS_PER_DELETE);
      deleted = await this.#sql.write(sql, statement);
    }
  }

  async #commit(entries: readonly Entry[]): Promise<readonly CommitRow[]> {
    try {
      if ((await this.#insert(entries)) === entries.length) return [];
      const { refused, missing } = await this.#sortOut(entries);
      return [...refused, ...missing].map(({ row }) => row);
    } catch (error) {
      if (!(error instanceof UniqueConstraintError)) throw error;
      return this.#commitRest(entries);
    }
  }

  /** One of the places is taken: an earlier try had got through after all, or somebody else wrote there. */
  async #commitRest(entries: readonly Entry[]): Promise<readonly CommitRow[]> {
    const { refused, missing } = await this.#sortOut(entries);
    if (missing.length === entries.length)
      throw new Error("a row of the commit conflicts with no row of the store");
    const more = missing.length > 0 ? await this.#commit(missing) : [];
    return [...refused.map(({ row }) => row), ...more];
  }

  /** Which of the rows another one stands in for, and which are not there at all. */
  async #sortOut(entries: readonly Entry[]): Promise<{ refused: Entry[]; missing: Entry[] }> {
    const statement = this.#sql.statement();
    const wanted = entries.map(({ row }) => placed(statement, row, "="));
    const sql = `SELECT type, ${P}, pos, epoch, changes FROM commits WHERE ${statement.anyOf(wanted)}`;
    const found = await this.#sql.read<CommitRecord>(sql, statement);
    const stored = new Map(found.map((record) => [keyOf(record), record]));
    return {
      refused: entries.filter((entry) => isAnother(stored.get(keyOf(entry.row)), entry)),
      missing: entries.filter(({ row }) => !stored.has(keyOf(row))),
    };
  }

  #insert(entries: readonly Entry[]): Promise<number> {
    const statement = this.#sql.statement();
    // In the order in which a claim locks partitions: so the two never wait for each other.
    const rows = entries
      .toSorted((a, b) => comparePlaces(a.row, b.row))
      .map(({ row, changes }) => [row.type, row.partition, row.pos, row.epoch, changes]);
    const source = fencedSource(this.#sql.dialect, statement, { columns: COLUMNS, rows });
    return this.#sql.writePrepared(`INSERT INTO commits ${source}`, statement);
  }
}

function placed(statement: Statement, { type, partition, pos }: Place, comparison: "=" | "<="): string {
  return `(type = ${statement.value(type)} AND ${P} = ${statement.value(partition)}
    AND pos ${comparison} ${statement.value(pos)})`;
}

/** The epoch alone does not tell: two that hold a partition by the same claim would take each other's rows for theirs. */
function isAnother(stored: CommitRecord | undefined, { row, changes }: Entry): boolean {
  return stored !== undefined && (stored.epoch !== row.epoch || stored.changes !== changes);
}

function keyOf({ type, partition, pos }: Place): string {
  return `${type}/${partition}/${pos}`;
}

function commitRowOf({ changes, ...row }: CommitRecord): CommitRow {
  return { ...row, changes: JSON.parse(changes) as Change[] };
}
