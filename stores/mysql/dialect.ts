import type { Constants, Dialect } from "../sql/dialect.ts";
import { numberAt } from "../sql/driver-metadata.ts";
import type { Statement } from "../sql/statement.ts";

/** MySQL 8 and MariaDB. */
export const mysql: Dialect = {
  withConstants: (statement, constants) => `WITH v AS (${selectConstants(statement, constants)})`,
  // MariaDB takes no WITH here.
  updateFrom: (statement, constants, { table, on, set }) => {
    const assignments = Object.entries(set).map(([column, value]) => `p.${column} = ${value}`);
    return `UPDATE ${table} p JOIN (${selectConstants(statement, constants)}) v ON ${on} SET ${assignments.join(", ")}`;
  },
  shareLock: "LOCK IN SHARE MODE",
  onConflict: (_key, columns) =>
    `ON DUPLICATE KEY UPDATE ${columns.map((c) => `${c} = VALUES(${c})`).join(", ")}`,
  deleteSome: (table, where, limit) => `DELETE FROM ${table} WHERE ${where} LIMIT ${limit}`,
  // The statement's own time, whole milliseconds.
  nowMs: "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)",
  keepsStatements: true,
  affected: (metadata) => (typeof metadata === "number" ? metadata : numberAt(metadata, "affectedRows")),
};

/**
 * `VALUES` is written differently by MySQL and MariaDB, and gives nothing in a prepared statement of the latter.
 * Rows of null fill it up to a power of two: the server keeps each number of rows as a statement of its own.
 */
function selectConstants(statement: Statement, { columns, rows }: Constants): string {
  const length = 2 ** Math.ceil(Math.log2(rows.length));
  const filled = [...rows, ...Array.from({ length: length - rows.length }, () => [])];
  const cellsOf = (row: readonly unknown[]) =>
    Object.entries(columns).map(([name, type], index) => {
      const placeholder = statement.value(row[index] ?? null);
      // Numbers are sent as floating point: without the cast that is what the column would be.
      return `${type === "integer" ? `CAST(${placeholder} AS SIGNED)` : placeholder} AS ${name}`;
    });
  return filled.map((row) => `SELECT ${cellsOf(row).join(", ")}`).join(" UNION ALL ");
}
