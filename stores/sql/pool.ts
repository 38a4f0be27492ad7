import type { Sequelize } from "sequelize";

/** Connections of a pool, and the statements that wait for one. */
type PoolState = {
  readonly used: number;
  readonly idle: number;
  readonly limit: number;
  readonly waiting: number;
};

/** Of a database server; Sequelize has no public name for it. */
export function poolOf({ connectionManager }: Sequelize): PoolState {
  const pool: unknown = Reflect.get(connectionManager, "pool");
  const number = (name: string) =>
    typeof pool === "object" && pool !== null ? Number(Reflect.get(pool, name)) : Number.NaN;
  return {
    used: number("using"),
    idle: number("available"),
    limit: number("maxSize"),
    waiting: number("waiting"),
  };
}
