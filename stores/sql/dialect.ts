import type { Sequelize } from "sequelize";

/** The few places where the SQL of the drivers differs. */
export type Dialect = {
  /** The clause that makes an INSERT replace `columns` where the key exists. */
  readonly onConflict: (key: readonly string[], columns: readonly string[]) => string;
  /** Deletes at most `limit` rows of a table. */
  readonly deleteSome: (table: string, where: string, limit: number) => string;
  /** Epoch milliseconds by the clock of the store. */
  readonly nowMs: string;
  /** Rows written, from what a raw query gives besides its result. */
  readonly affected: (metadata: unknown) => number;
};

const sqlite: Dialect = {
  onConflict: (key, columns) =>
    `ON CONFLICT (${key.join(", ")}) DO UPDATE SET ${columns.map((c) => `${c} = excluded.${c}`).join(", ")}`,
  deleteSome: (table, where, limit) =>
    `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${where} LIMIT ${limit})`,
  nowMs: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
  affected: (metadata) => numberAt(metadata, "changes"),
};

const DIALECTS: Partial<Record<string, Dialect>> = { sqlite };

export function dialectOf(sequelize: Sequelize): Dialect {
  const name = sequelize.getDialect();
  const dialect = DIALECTS[name];
  if (!dialect) throw new Error(`no store driver for the SQL dialect '${name}'`);
  return dialect;
}

function numberAt(metadata: unknown, name: string): number {
  const value: unknown =
    typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, name) : undefined;
  if (typeof value !== "number") throw new Error(`the driver did not tell '${name}'`);
  return value;
}
