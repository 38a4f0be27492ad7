import { chunksOf } from "../../../stores/sql/chunks.ts";
import type { Sql } from "../../../stores/sql/sql.ts";

type Check = { readonly gatewayId: string; readonly mark: number };

/** Gateways to look at again. One that is put on it while it is being looked at stays: the mark tells. */
export class CheckList {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** `mark` differs from that of what happened before. */
  async add(gatewayIds: readonly string[], mark: number): Promise<void> {
    for (const chunk of chunksOf(gatewayIds)) {
      const statement = this.#sql.statement();
      const values = chunk.map((gatewayId) => statement.tuple([gatewayId, mark]));
      const into = "config_profile_checks (gateway_id, mark)";
      const replace = this.#sql.dialect.onConflict(["gateway_id"], ["mark"]);
      await this.#sql.write(`INSERT INTO ${into} VALUES ${values.join(", ")} ${replace}`, statement);
    }
  }

  next(limit: number): Promise<Check[]> {
    const statement = this.#sql.statement();
    const sql = "SELECT gateway_id AS gatewayId, mark FROM config_profile_checks ORDER BY mark, gateway_id";
    return this.#sql.read<Check>(`${sql} LIMIT ${statement.value(limit)}`, statement);
  }

  async done(checks: readonly Check[]): Promise<void> {
    for (const chunk of chunksOf(checks)) {
      const statement = this.#sql.statement();
      const done = chunk.map(
        ({ gatewayId, mark }) =>
          `(gateway_id = ${statement.value(gatewayId)} AND mark = ${statement.value(mark)})`,
      );
      await this.#sql.write(`DELETE FROM config_profile_checks WHERE ${statement.anyOf(done)}`, statement);
    }
  }
}
