import type { Sequelize } from "sequelize";
import type { DeadLetter } from "../../actors/contracts/dead-letters.ts";
import type { Change, DeliveredRow } from "../../actors/runtime/ports.ts";
import { Sql } from "../../stores/sql/sql.ts";

const COLUMNS = ["id", "type", "actor_id", "time", "command", "error"];
const SELECT = `SELECT ${COLUMNS.join(", ")} FROM dead_letters`;

type Row = {
  readonly id: string;
  readonly type: string;
  readonly actor_id: string;
  readonly time: number;
  readonly command: string | null;
  readonly error: string;
};

/** A message that its actor could not bear. */
type FailedMessage = DeadLetter & { readonly kind: "MESSAGE" };

/** Keeps messages that actors could not bear. */
export class DeadLetterTable {
  readonly #sql: Sql;

  constructor(sequelize: Sequelize) {
    this.#sql = new Sql(sequelize);
  }

  /** The id names the place in the log: a copy of the row replaces what the first one wrote. */
  async keep({ type, partition, pos, first }: DeliveredRow, index: number, change: Change): Promise<void> {
    const { actorId, time, deadLetter } = change;
    const id = `${type}/${partition}/${pos}/${first + index}`;
    const command = JSON.stringify(deadLetter?.command) ?? null;
    const statement = this.#sql.statement();
    const values = statement.tuple([id, type, actorId, time, command, deadLetter?.error ?? ""]);
    const replace = this.#sql.dialect.onConflict(["id"], ["time"]);
    const into = `dead_letters (${COLUMNS.join(", ")})`;
    await this.#sql.write(`INSERT INTO ${into} VALUES ${values} ${replace}`, statement);
  }

  /** At most `limit`, oldest first. */
  async list(type: string | undefined, limit: number): Promise<FailedMessage[]> {
    const statement = this.#sql.statement();
    const ofType = type === undefined ? "" : `WHERE type = ${statement.value(type)}`;
    const sql = `${SELECT} ${ofType} ORDER BY time, id LIMIT ${statement.value(limit)}`;
    return (await this.#sql.read<Row>(sql, statement)).map(failedMessageOf);
  }

  async find(id: string): Promise<FailedMessage | undefined> {
    const statement = this.#sql.statement();
    const [row] = await this.#sql.read<Row>(`${SELECT} WHERE id = ${statement.value(id)}`, statement);
    return row && failedMessageOf(row);
  }

  async remove(id: string): Promise<void> {
    const statement = this.#sql.statement();
    await this.#sql.write(`DELETE FROM dead_letters WHERE id = ${statement.value(id)}`, statement);
  }
}

function failedMessageOf({ id, type, actor_id, time, command, error }: Row): FailedMessage {
  return { id, kind: "MESSAGE", type, receiver: actor_id, time, error, content: command ?? "null" };
}
