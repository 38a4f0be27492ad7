import type { Sequelize } from "sequelize";
import { mysql } from "../mysql/dialect.ts";
import { sqlite } from "../sqlite/dialect.ts";
import type { Statement } from "./statement.ts";

/** A table of constants. */
export type Constants = {
  /** In the order of the values, and what they hold. */
  readonly columns: Readonly<Record<string, "integer" | "text">>;
  readonly rows: readonly (readonly unknown[])[];
};

/** The few places where the SQL of the drivers differs. */
export type Dialect = {
  /** The beginning of a SELECT that may read the constants as `v`: `WITH v(a, b) AS (...)`. */
  readonly withConstants: (statement: Statement, constants: Constants) => string;
  /** An UPDATE of the rows `p` of a table that go with one of the constants `v`. */
  readonly updateFrom: (
    statement: Statement,
    constants: Constants,
    update: { readonly table: string; readonly on: string; readonly set: Readonly<Record<string, string>> },
  ) => string;
  /** After a SELECT that a write depends on: what it has read stays so until all is written. */
  readonly shareLock: string;
  /** The clause that makes an INSERT replace `columns` where the key exists. */
  readonly onConflict: (key: readonly string[], columns: readonly string[]) => string;
  /** Deletes at most `limit` rows of a table. */
  readonly deleteSome: (table: string, where: string, limit: number) => string;
  /** Epoch milliseconds by the clock of the store. */
  readonly nowMs: string;
  /** The server keeps every text that has placeholders, and only so many of them. */
  readonly keepsStatements: boolean;
  /** Rows written, from what a raw query gives besides its result. */
  readonly affected: (metadata: unknown) => number;
};

const DIALECTS: Partial<Record<string, Dialect>> = { sqlite, mysql };

export function dialectOf(sequelize: Sequelize): Dialect {
  const name = sequelize.getDialect();
  const dialect = DIALECTS[name];
  if (!dialect) throw new Error(`no store driver for the SQL dialect '${name}'`);
  return dialect;
}
