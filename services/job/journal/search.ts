import type { Sql } from "../../../stores/sql/sql.ts";
import { Statement } from "../../../stores/sql/statement.ts";
import type { PagePlace } from "./pages.ts";

type Search = {
  /** A page has to have all of them. */
  readonly terms: readonly string[];
  /** More about `t.seq` and `t.time`. */
  readonly conditions?: (statement: Statement) => readonly string[];
  readonly order: "t.seq" | "t.seq DESC" | "t.time, t.seq" | "t.time DESC, t.seq DESC";
  readonly limit?: number;
};

/** Where the pages are that are in the index under some terms; without terms, of all pages. */
export async function placesOf(
  sql: Sql,
  { terms: [first, ...more], conditions = () => [], order, limit }: Search,
): Promise<PagePlace[]> {
  const statement = new Statement();
  const joins = more.map((term, n) => {
    const same = `t${n}.time = t.time AND t${n}.seq = t.seq`;
    return `JOIN journal_terms t${n} ON t${n}.term = ${statement.value(term)} AND ${same}`;
  });
  const table = first === undefined ? "journal_pages" : "journal_terms";
  const term = first === undefined ? [] : [`t.term = ${statement.value(first)}`];
  const all = [...term, ...conditions(statement)].join(" AND ");
  const where = all === "" ? "" : `WHERE ${all}`;
  const sorted = `ORDER BY ${order} ${limit === undefined ? "" : `LIMIT ${limit}`}`;
  const select = `SELECT t.seq, t.time FROM ${table} t ${joins.join(" ")} ${where} ${sorted}`;
  const places = await sql.read<PagePlace>(select, statement);
  return places.map(({ seq, time }) => ({ seq: Number(seq), time: Number(time) }));
}
