import type { Sequelize } from "sequelize";
import type { AuditEntry, AuditLog } from "../../../actors/contracts/audit.ts";
import { Sql } from "../../../stores/sql/sql.ts";
import type { Statement } from "../../../stores/sql/statement.ts";
import type { Conditions } from "./conditions.ts";

/** An entry with the id that makes a copy of it known. */
export type NewRow = AuditEntry & { readonly auditLogId: string };

/** A stored one, and its place among those of the same time. */
type StoredRow = { readonly seq: number; readonly time: number; readonly log: AuditLog };
type Place = Pick<StoredRow, "time" | "seq">;

const COLUMNS = {
  auditLogId: "audit_log_id",
  time: "time",
  actor: "actor",
  role: "role",
  method: "method",
  permission: "permission",
  target: "target",
  gatewayId: "gateway_id",
  status: "status",
  reason: "reason",
  latencyMs: "latency_ms",
  traceId: "trace_id",
  requestId: "request_id",
  sourceAddress: "source_address",
} as const satisfies { readonly [Name in keyof NewRow]-?: string };

const NAMES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];
const NUMBERS: readonly string[] = ["time", "status", "latencyMs"];
const SELECTED = NAMES.map((name) => `${COLUMNS[name]} AS ${name}`).join(", ");

type Page = { readonly conditions: Conditions; readonly descending: boolean; readonly limit: number };

/** The table of audit logs. */
export class AuditTable {
  readonly #sql: Sql;

  constructor(sequelize: Sequelize) {
    this.#sql = new Sql(sequelize);
  }

  /** Those that are there already are left as they are. */
  async add(rows: readonly NewRow[]): Promise<void> {
    const statement = this.#sql.statement();
    const values = rows.map((row) => statement.tuple(NAMES.map((name) => row[name] ?? null)));
    const insert = `INSERT INTO audit_logs (${Object.values(COLUMNS).join(", ")}) VALUES ${values.join(", ")}`;
    const id = [COLUMNS.auditLogId];
    await this.#sql.write(`${insert} ${this.#sql.dialect.onConflict(id, id)}`, statement);
  }

  /** By time, those after a place. */
  async page(after: Place | undefined, { conditions, descending, limit }: Page): Promise<StoredRow[]> {
    const statement = this.#sql.statement();
    const where = [...clauses(statement, conditions), ...(after ? beyond(statement, after, descending) : [])];
    const direction = descending ? "DESC" : "ASC";
    const rows = await this.#sql.read<{ seq: number }>(
      `SELECT seq, ${SELECTED} FROM audit_logs ${where.length > 0 ? `WHERE ${where.join(" AND ")}` : ""}
        ORDER BY time ${direction}, seq ${direction} LIMIT ${limit}`,
      statement,
    );
    return rows.map(storedRow);
  }

  /** Removes at most so many; the result is how many. */
  removeOlder(time: number, limit: number): Promise<number> {
    const statement = this.#sql.statement();
    return this.#remove(statement, `time < ${statement.value(time)}`, limit);
  }

  /** The same for the oldest of what is more than `max`. Numbers that were never used count, too. */
  async removeSurplus(max: number, limit: number): Promise<number> {
    const [row] = await this.#sql.read<{ last: number | null }>("SELECT MAX(seq) AS last FROM audit_logs");
    const statement = this.#sql.statement();
    return this.#remove(statement, `seq <= ${statement.value(Number(row?.last ?? 0) - max)}`, limit);
  }

  #remove(statement: Statement, where: string, limit: number): Promise<number> {
    return this.#sql.write(this.#sql.dialect.deleteSome("audit_logs", where, limit), statement);
  }
}

function clauses(statement: Statement, { equal, from, to }: Conditions): string[] {
  return [
    ...(equal ? [`${COLUMNS[equal.field]} = ${statement.value(equal.value)}`] : []),
    ...(from === undefined ? [] : [`time >= ${statement.value(from)}`]),
    ...(to === undefined ? [] : [`time <= ${statement.value(to)}`]),
  ];
}

/** The first condition is the one that an index can begin at. */
function beyond(statement: Statement, { time, seq }: Place, descending: boolean): string[] {
  const than = descending ? "<" : ">";
  const later = [`time ${than} ${statement.value(time)}`, `seq ${than} ${statement.value(seq)}`];
  return [`time ${than}= ${statement.value(time)}`, statement.anyOf(later)];
}

/** What is null is left out. */
function storedRow(row: { readonly seq: number } & { readonly [name: string]: unknown }): StoredRow {
  const members = NAMES.flatMap((name): [string, unknown][] => {
    const value = row[name];
    return value === null ? [] : [[name, NUMBERS.includes(name) ? Number(value) : value]];
  });
  const time = Number(row.time);
  const log = { ...Object.fromEntries(members), time: new Date(time).toISOString() };
  return { seq: Number(row.seq), time, log: log as AuditLog };
}
