import type { Sequelize } from "sequelize";
import type { PartitionRef } from "../../../actors/runtime/ports.ts";
import type { Constants } from "../../../stores/sql/dialect.ts";
import { fencedSource, REF } from "../../../stores/sql/fence.ts";
import { Sql } from "../../../stores/sql/sql.ts";

const COLUMNS: Constants["columns"] = {
  ...REF,
  gateway_id: "text",
  last_seen: "integer",
  board: "text",
  firmware: "text",
};

/** `lastSeen` in epoch milliseconds, the board as JSON text. */
export type StoredVitals = {
  readonly gatewayId: string;
  readonly lastSeen: number;
  readonly board: string;
  readonly firmware: string | null;
};

export const NO_VITALS: Omit<StoredVitals, "gatewayId"> = { lastSeen: 0, board: "{}", firmware: null };

/** What an owner saves, under the fence of its partition. */
export type OwnedVitals = StoredVitals & { readonly ref: PartitionRef };

/** The table of what was last known of gateways and their boards. */
export class VitalsTable {
  readonly #sql: Sql;

  constructor(sequelize: Sequelize) {
    this.#sql = new Sql(sequelize);
  }

  /** Those there are, by id. */
  async read(gatewayIds: readonly string[]): Promise<Map<string, StoredVitals>> {
    if (gatewayIds.length === 0) return new Map();
    const statement = this.#sql.statement();
    const sql = `SELECT gateway_id AS gatewayId, last_seen AS lastSeen, board, firmware
      FROM presence_vitals WHERE gateway_id IN ${statement.tuple(gatewayIds)}`;
    const rows = await this.#sql.read<StoredVitals>(sql, statement);
    return new Map(rows.map((row) => [row.gatewayId, row]));
  }

  /** What a former owner still has is not written. */
  save(all: readonly OwnedVitals[]): Promise<void> {
    return this.#upsert(all, ["last_seen", "board", "firmware"]);
  }

  /** The same where only the time is another one: the rest of what is given counts for new rows. */
  saveTimes(all: readonly OwnedVitals[]): Promise<void> {
    return this.#upsert(all, ["last_seen"]);
  }

  async remove(gatewayId: string): Promise<void> {
    const statement = this.#sql.statement();
    const where = `gateway_id = ${statement.value(gatewayId)}`;
    await this.#sql.write(`DELETE FROM presence_vitals WHERE ${where}`, statement);
  }

  async #upsert(all: readonly OwnedVitals[], replaced: readonly string[]): Promise<void> {
    if (all.length === 0) return;
    const { dialect } = this.#sql;
    const statement = this.#sql.statement();
    const rows = all.map(({ ref, gatewayId, lastSeen, board, firmware }) => [
      ref.type,
      ref.partition,
      ref.epoch,
      gatewayId,
      lastSeen,
      board,
      firmware,
    ]);
    // The partition and its epoch are there for the fence alone.
    const isWritten = (column: string) => !Object.hasOwn(REF, column);
    const source = fencedSource(dialect, statement, { columns: COLUMNS, rows }, isWritten);
    const replace = dialect.onConflict(["gateway_id"], replaced);
    await this.#sql.writePrepared(`INSERT INTO presence_vitals ${source} ${replace}`, statement);
  }
}
