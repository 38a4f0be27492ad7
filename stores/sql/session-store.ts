import type { Sequelize } from "sequelize";
import type { LiveSession, Session, SessionStore } from "../../actors/runtime/ports.ts";
import { Sql } from "./sql.ts";

const COLUMNS = ["node_id", "instance_id", "host", "pid", "roles", "types", "is_draining"];

type SessionRecord = {
  readonly node_id: string;
  readonly instance_id: string;
  readonly host: string;
  readonly pid: number;
  readonly roles: string;
  readonly types: string;
  readonly is_draining: number;
  readonly start_time: number;
  readonly expires_at: number;
};

/** Sessions of node instances; their end is counted by the clock of the store alone. */
export class SqlSessionStore implements SessionStore {
  readonly #sql: Sql;

  constructor(sequelize: Sequelize) {
    this.#sql = new Sql(sequelize);
  }

  async live(): Promise<{ now: number; sessions: LiveSession[] }> {
    // The time is wanted also when there is no session.
    const sql = `SELECT t.now, s.* FROM (SELECT ${this.#sql.dialect.nowMs} AS now) t
      LEFT JOIN sessions s ON s.expires_at > t.now ORDER BY s.node_id`;
    type Row = { now: number } & (SessionRecord | { node_id: null });
    const rows = await this.#sql.read<Row>(sql, this.#sql.statement());
    const [first] = rows;
    if (!first) throw new Error("the store did not tell its time");
    return { now: first.now, sessions: rows.flatMap((row) => (row.node_id === null ? [] : [liveOf(row)])) };
  }

  async begin(session: Session, ttlMs: number): Promise<void> {
    const { nowMs, onConflict } = this.#sql.dialect;
    const statement = this.#sql.statement();
    const values = valuesOf(session).map((value) => statement.value(value));
    const times = `${nowMs}, ${nowMs} + ${statement.value(ttlMs)}`;
    const columns = [...COLUMNS, "start_time", "expires_at"];
    await this.#sql.write(
      `INSERT INTO sessions (${columns.join(", ")}) VALUES (${values.join(", ")}, ${times})
       ${onConflict(["node_id"], columns.slice(1))}`,
      statement,
    );
  }

  async renew(session: Session, ttlMs: number): Promise<boolean> {
    const { nowMs } = this.#sql.dialect;
    const statement = this.#sql.statement();
    const set = `is_draining = ${statement.value(Number(session.isDraining))},
      expires_at = ${nowMs} + ${statement.value(ttlMs)}`;
    const own = `node_id = ${statement.value(session.nodeId)} AND instance_id = ${statement.value(session.instanceId)}`;
    const sql = `UPDATE sessions SET ${set} WHERE ${own} AND expires_at > ${nowMs}`;
    return (await this.#sql.write(sql, statement)) > 0;
  }

  async end({ nodeId, instanceId }: Pick<Session, "nodeId" | "instanceId">): Promise<void> {
    const statement = this.#sql.statement();
    const own = `node_id = ${statement.value(nodeId)} AND instance_id = ${statement.value(instanceId)}`;
    await this.#sql.write(`DELETE FROM sessions WHERE ${own}`, statement);
  }
}

function valuesOf({ nodeId, instanceId, host, pid, roles, types, isDraining }: Session) {
  return [nodeId, instanceId, host, pid, JSON.stringify(roles), JSON.stringify(types), Number(isDraining)];
}

function liveOf(row: SessionRecord): LiveSession {
  const names = (text: string): string[] => JSON.parse(text);
  return {
    nodeId: row.node_id,
    instanceId: row.instance_id,
    host: row.host,
    pid: row.pid,
    roles: names(row.roles),
    types: names(row.types),
    isDraining: row.is_draining !== 0,
    startTime: row.start_time,
    expireTime: row.expires_at,
  };
}
