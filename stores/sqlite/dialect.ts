import type { Constants, Dialect } from "../sql/dialect.ts";
import { numberAt } from "../sql/driver-metadata.ts";
import type { Statement } from "../sql/statement.ts";

export const sqlite: Dialect = {
  withConstants,
  updateFrom: (statement, constants, { table, on, set }) => {
    const assignments = Object.entries(set).map(([column, value]) => `${column} = ${value}`);
    return `${withConstants(statement, constants)} UPDATE ${table} AS p SET ${assignments.join(", ")} FROM v WHERE ${on}`;
  },
  // Writers take turns.
  shareLock: "",
  onConflict: (key, columns) =>
    `ON CONFLICT (${key.join(", ")}) DO UPDATE SET ${columns.map((c) => `${c} = excluded.${c}`).join(", ")}`,
  deleteSome: (table, where, limit) =>
    `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${where} LIMIT ${limit})`,
  nowMs: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
  keepsStatements: false,
  affected: (metadata) => numberAt(metadata, "changes"),
};

function withConstants(statement: Statement, { columns, rows }: Constants): string {
  const values = rows.map((row) => statement.tuple(row));
  return `WITH v(${Object.keys(columns).join(", ")}) AS (VALUES ${values.join(", ")})`;
}
