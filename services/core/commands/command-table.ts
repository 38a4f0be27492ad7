import type { Sequelize } from "sequelize";
import type { CommandView } from "../../../actors/command/contract.ts";
import type { CommandEnd } from "../../../actors/contracts/commands.ts";
import { chunksOf } from "../../../stores/sql/chunks.ts";
import { Sql } from "../../../stores/sql/sql.ts";
import type { Finished } from "./finished.ts";

const COLUMNS = ["id", "gateway_id", "create_time", "end_time", "name", "state", "outcome"];
const SELECT = `SELECT ${COLUMNS.join(", ")} FROM ended_commands`;
const REMOVED_AT_ONCE = 500;

type Row = {
  readonly id: string;
  readonly gateway_id: string;
  readonly create_time: number | string;
  readonly end_time: number | string;
  readonly name: string;
  readonly state: CommandEnd;
  readonly outcome: string;
};

/** The place of a command among a gateway's. */
export type Place = { readonly createTime: number; readonly id: string };

type Part = { readonly after: Place | undefined; readonly descending: boolean; readonly limit: number };

/** Commands that have ended, long after their actors have forgotten them. */
export class CommandTable {
  readonly #sql: Sql;

  constructor(sequelize: Sequelize) {
    this.#sql = new Sql(sequelize);
  }

  /** Copies change nothing. */
  async add(commands: readonly Finished[]): Promise<void> {
    const rows = [...new Map(commands.map((command) => [command.id, valuesOf(command)])).values()];
    for (const chunk of chunksOf(rows, (values) => String(values.at(-1)).length)) {
      const statement = this.#sql.statement();
      const tuples = chunk.map((values) => statement.tuple(values));
      const nothing = this.#sql.dialect.onConflict(["id"], ["state"]);
      const into = `ended_commands (${COLUMNS.join(", ")})`;
      await this.#sql.write(`INSERT INTO ${into} VALUES ${tuples.join(", ")} ${nothing}`, statement);
    }
  }

  async find(commandId: string): Promise<CommandView | undefined> {
    const statement = this.#sql.statement();
    const where = `id = ${statement.value(commandId)}`;
    const [row] = await this.#sql.read<Row>(`${SELECT} WHERE ${where}`, statement);
    return row && viewOf(row);
  }

  /** By the time of their creation, from beyond the place on. */
  async list(gatewayId: string, { after, descending, limit }: Part): Promise<CommandView[]> {
    const statement = this.#sql.statement();
    const of = `gateway_id = ${statement.value(gatewayId)}`;
    const [than, direction] = descending ? ["<", "DESC"] : [">", "ASC"];
    const beyond = after
      ? ` AND create_time ${than}= ${statement.value(after.createTime)} AND (create_time ${than} ${statement.value(after.createTime)} OR id ${than} ${statement.value(after.id)})`
      : "";
    const order = `ORDER BY create_time ${direction}, id ${direction} LIMIT ${limit}`;
    return (await this.#sql.read<Row>(`${SELECT} WHERE ${of}${beyond} ${order}`, statement)).map(viewOf);
  }

  /** Some of those that ended before the time (epoch milliseconds); how many. */
  removeSome(before: number): Promise<number> {
    const statement = this.#sql.statement();
    const where = `end_time < ${statement.value(before)}`;
    return this.#sql.write(this.#sql.dialect.deleteSome("ended_commands", where, REMOVED_AT_ONCE), statement);
  }
}

/** In the order of COLUMNS. */
function valuesOf({ id, gatewayId, createTime, endTime, name, state, result, error }: Finished) {
  return [id, gatewayId, createTime, endTime, name, state, JSON.stringify({ result, error })];
}

function viewOf({ id, gateway_id, create_time, end_time, name, state, outcome }: Row): CommandView {
  return {
    id,
    gatewayId: gateway_id,
    name,
    state,
    ...JSON.parse(outcome),
    createTime: Number(create_time),
    endTime: Number(end_time),
  };
}
