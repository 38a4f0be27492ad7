import type { Sequelize } from "sequelize";
import type { BusStore, Offset } from "../../actors/runtime/bus-store.ts";
import type { DeliveredRow, UndeliveredRow } from "../../actors/runtime/ports.ts";
import { P } from "./fence.ts";
import { Sql } from "./sql.ts";

const COLUMNS = ["id", "group_name", "time", "deliveries", "error", "content"];
const SELECT = `SELECT ${COLUMNS.join(", ")} FROM bus_undelivered`;

type UndeliveredRecord = Omit<UndeliveredRow, "group" | "row"> & {
  readonly group_name: string;
  readonly content: string;
};

/** What the in-process event bus keeps, in SQL. */
export class SqlBusStore implements BusStore {
  readonly #sql: Sql;

  constructor(sequelize: Sequelize) {
    this.#sql = new Sql(sequelize);
  }

  /** Compare and set, so that a second process on the same database only costs a repetition. */
  async reserveSequences(count: number): Promise<number> {
    for (;;) {
      const seen = await this.#nextSequence();
      const statement = this.#sql.statement();
      const set = `value = ${statement.value(seen + count)}`;
      const sql = `UPDATE bus_counters SET ${set} WHERE name = 'sequence' AND value = ${statement.value(seen)}`;
      if ((await this.#sql.write(sql, statement)) === 1) return seen;
    }
  }

  async offsets(group: string): Promise<Offset[]> {
    const statement = this.#sql.statement();
    const sql = `SELECT type, ${P}, pos FROM bus_offsets WHERE group_name = ${statement.value(group)}`;
    return this.#sql.read<Offset>(sql, statement);
  }

  async saveOffsets(group: string, offsets: readonly Offset[]): Promise<void> {
    const statement = this.#sql.statement();
    const values = offsets.map(({ type, partition, pos }) => statement.tuple([group, type, partition, pos]));
    const into = `bus_offsets (group_name, type, ${P}, pos)`;
    const replace = this.#sql.dialect.onConflict(["group_name", "type", P], ["pos"]);
    await this.#sql.write(`INSERT INTO ${into} VALUES ${values.join(", ")} ${replace}`, statement);
  }

  async putAside({ id, group, time, deliveries, error, row }: UndeliveredRow): Promise<void> {
    const statement = this.#sql.statement();
    const values = statement.tuple([id, group, time, deliveries, error, JSON.stringify(row)]);
    const into = `bus_undelivered (${COLUMNS.join(", ")})`;
    const replace = this.#sql.dialect.onConflict(["id"], ["time", "deliveries", "error"]);
    await this.#sql.write(`INSERT INTO ${into} VALUES ${values} ${replace}`, statement);
  }

  async undelivered(limit: number): Promise<UndeliveredRow[]> {
    const statement = this.#sql.statement();
    const sql = `${SELECT} ORDER BY time, id LIMIT ${statement.value(limit)}`;
    return (await this.#sql.read<UndeliveredRecord>(sql, statement)).map(undeliveredOf);
  }

  async find(id: string): Promise<UndeliveredRow | undefined> {
    const statement = this.#sql.statement();
    const sql = `${SELECT} WHERE id = ${statement.value(id)}`;
    const [found] = await this.#sql.read<UndeliveredRecord>(sql, statement);
    return found && undeliveredOf(found);
  }

  async forget(id: string): Promise<void> {
    const statement = this.#sql.statement();
    await this.#sql.write(`DELETE FROM bus_undelivered WHERE id = ${statement.value(id)}`, statement);
  }

  async #nextSequence(): Promise<number> {
    const sql = "SELECT value FROM bus_counters WHERE name = 'sequence'";
    const [counter] = await this.#sql.read<{ value: number }>(sql, this.#sql.statement());
    if (!counter) throw new Error("the table bus_counters has lost its row 'sequence'");
    return counter.value;
  }
}

function undeliveredOf({ group_name, content, ...rest }: UndeliveredRecord): UndeliveredRow {
  return { ...rest, group: group_name, row: JSON.parse(content) as DeliveredRow };
}
