import { QueryTypes, type Sequelize } from "sequelize";
import type { Session, SessionStore } from "../../actors/runtime/ports.ts";
import { type Dialect, dialectOf } from "./dialect.ts";

/** Sessions of node instances; their end is counted by the clock of the store alone. */
export class SqlSessionStore implements SessionStore {
  readonly #sequelize: Sequelize;
  readonly #dialect: Dialect;

  constructor(sequelize: Sequelize) {
    this.#sequelize = sequelize;
    this.#dialect = dialectOf(sequelize);
  }

  async others(nodeId: string): Promise<Session[]> {
    const rows = await this.#sequelize.query<{ node_id: string; host: string; pid: number }>(
      `SELECT node_id, host, pid FROM sessions WHERE node_id <> $1 AND expires_at > ${this.#dialect.nowMs}`,
      { bind: [nodeId], type: QueryTypes.SELECT },
    );
    return rows.map(({ node_id, host, pid }) => ({ nodeId: node_id, host, pid }));
  }

  async renew({ nodeId, host, pid }: Session, ttlMs: number): Promise<void> {
    const replace = this.#dialect.onConflict(["node_id"], ["host", "pid", "expires_at"]);
    await this.#sequelize.query(
      `INSERT INTO sessions (node_id, host, pid, expires_at)
       VALUES ($1, $2, $3, ${this.#dialect.nowMs} + $4) ${replace}`,
      { bind: [nodeId, host, pid, ttlMs] },
    );
  }

  async end(nodeId: string): Promise<void> {
    await this.#sequelize.query("DELETE FROM sessions WHERE node_id = $1", { bind: [nodeId] });
  }
}
