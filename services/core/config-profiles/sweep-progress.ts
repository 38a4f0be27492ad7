import type { Sql } from "../../../stores/sql/sql.ts";

/** How far all gateways were gone through for the present profiles. */
export type SweepState = {
  /** Grows with every change of what gateways get. */
  readonly wanted: number;
  /** What was wanted when the sweep that goes on began. */
  readonly running: number;
  /** The same of the last one that reached the end. */
  readonly swept: number;
  /** The last gateway that was looked at, and the token of the page after it. */
  readonly position: string;
  readonly pageToken: string;
};

/**
 * The progress of the sweep through all gateways, so that the next worker goes on with it. All its changes are made
 * only if nobody else has made one: a worker that wakes up late moves nothing.
 */
export class SweepProgress {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async read(): Promise<SweepState> {
    const [state] = await this.#sql.read<SweepState>(
      "SELECT wanted, running, swept, position, page_token AS pageToken FROM config_profile_sweep",
    );
    if (!state) throw new Error("the table config_profile_sweep has lost its row");
    return state;
  }

  /** Asks for a sweep; the result is new, and larger than all before. In a transaction the others wait for its end. */
  async want(): Promise<number> {
    await this.#sql.write("UPDATE config_profile_sweep SET wanted = wanted + 1", this.#sql.statement());
    return (await this.read()).wanted;
  }

  begin({ running, swept, wanted }: SweepState): Promise<void> {
    const statement = this.#sql.statement();
    return this.#change(
      statement,
      `running = ${statement.value(wanted)}, position = '', page_token = ''`,
      `running = ${statement.value(running)} AND swept = ${statement.value(swept)}`,
    );
  }

  /** Up to this gateway all is done. */
  advance({ running, position }: SweepState, last: string, pageToken: string): Promise<void> {
    const statement = this.#sql.statement();
    return this.#change(
      statement,
      `position = ${statement.value(last)}, page_token = ${statement.value(pageToken)}`,
      `running = ${statement.value(running)} AND position = ${statement.value(position)}`,
    );
  }

  end({ running, swept, position }: SweepState): Promise<void> {
    const statement = this.#sql.statement();
    return this.#change(
      statement,
      `swept = ${statement.value(running)}`,
      `running = ${statement.value(running)} AND swept = ${statement.value(swept)}
       AND position = ${statement.value(position)}`,
    );
  }

  async #change(statement: ReturnType<Sql["statement"]>, set: string, where: string): Promise<void> {
    const sql = `UPDATE config_profile_sweep SET ${set} WHERE ${where}`;
    if ((await this.#sql.write(sql, statement)) === 0)
      throw new Error("somebody else goes on with the sweep");
  }
}
