import type { Sequelize } from "sequelize";
import type { LogLine } from "../../../actors/contracts/commands.ts";
import { chunksOf } from "../../../stores/sql/chunks.ts";
import { Sql } from "../../../stores/sql/sql.ts";

const COLUMNS = ["command_id", "seq", "gateway_id", "time", "ts", "level", "text"];
const SELECT = `SELECT ${COLUMNS.join(", ")} FROM command_log_lines`;
const REMOVED_AT_ONCE = 500;

/** Times in epoch milliseconds. */
export type NewLine = {
  readonly commandId: string;
  readonly seq: number;
  readonly gatewayId: string;
  /** When it came. */
  readonly time: number;
  readonly ts: number;
  readonly level: string;
  readonly text: string;
};

type Row = {
  readonly command_id: string;
  readonly seq: number | string;
  readonly time: number | string;
  readonly ts: number | string;
  readonly level: string;
  readonly text: string;
};

/** A line, and when it came. */
type StoredLine = { readonly line: LogLine; readonly time: number };
type LinePlace = { readonly time: number; readonly commandId: string; readonly seq: number };

/** What gateways have logged, line by line. */
export class LogTable {
  readonly #sql: Sql;

  constructor(sequelize: Sequelize) {
    this.#sql = new Sql(sequelize);
  }

  /** How many lines these commands have. */
  async counts(commandIds: readonly string[]): Promise<Map<string, number>> {
    if (commandIds.length === 0) return new Map();
    const statement = this.#sql.statement();
    const where = `command_id IN ${statement.tuple(commandIds)}`;
    const select = `SELECT command_id, COUNT(*) AS n FROM command_log_lines WHERE ${where} GROUP BY command_id`;
    const rows = await this.#sql.read<{ command_id: string; n: number | string }>(select, statement);
    return new Map(rows.map(({ command_id, n }) => [command_id, Number(n)]));
  }

  /** A line that is there already stays as it is. */
  async add(lines: readonly NewLine[]): Promise<void> {
    for (const chunk of chunksOf(lines, ({ text }) => text.length)) {
      const statement = this.#sql.statement();
      const tuples = chunk.map((line) => statement.tuple(valuesOf(line)));
      const nothing = this.#sql.dialect.onConflict(["command_id", "seq"], ["gateway_id"]);
      const into = `command_log_lines (${COLUMNS.join(", ")})`;
      await this.#sql.write(`INSERT INTO ${into} VALUES ${tuples.join(", ")} ${nothing}`, statement);
    }
  }

  /** By sequence number, beyond `after`. */
  async ofCommand(commandId: string, after: number, limit: number): Promise<StoredLine[]> {
    const statement = this.#sql.statement();
    const where = `command_id = ${statement.value(commandId)} AND seq > ${statement.value(after)}`;
    const select = `${SELECT} WHERE ${where} ORDER BY seq LIMIT ${limit}`;
    return (await this.#sql.read<Row>(select, statement)).map(stored);
  }

  /** Newest first, from beyond the place on. */
  async ofGateway(gatewayId: string, after: LinePlace | undefined, limit: number): Promise<StoredLine[]> {
    const statement = this.#sql.statement();
    const value = (each: string | number) => statement.value(each);
    const of = `gateway_id = ${value(gatewayId)}`;
    const beyond = after
      ? ` AND time <= ${value(after.time)} AND (time < ${value(after.time)} OR command_id < ${value(after.commandId)}
          OR (command_id = ${value(after.commandId)} AND seq < ${value(after.seq)}))`
      : "";
    const select = `${SELECT} WHERE ${of}${beyond} ORDER BY time DESC, command_id DESC, seq DESC LIMIT ${limit}`;
    return (await this.#sql.read<Row>(select, statement)).map(stored);
  }

  /** Some of those that came before the time (epoch milliseconds); how many. */
  removeSome(before: number): Promise<number> {
    const statement = this.#sql.statement();
    const where = `time < ${statement.value(before)}`;
    return this.#sql.write(
      this.#sql.dialect.deleteSome("command_log_lines", where, REMOVED_AT_ONCE),
      statement,
    );
  }
}

/** In the order of COLUMNS. */
function valuesOf({ commandId, seq, gatewayId, time, ts, level, text }: NewLine) {
  return [commandId, seq, gatewayId, time, ts, level, text];
}

function stored({ command_id: commandId, seq, time, ts, level, text }: Row): StoredLine {
  const shown = new Date(Number(ts)).toISOString();
  return { line: { commandId, seq: Number(seq), level, text, time: shown }, time: Number(time) };
}
