import type { Comparison, Filter } from "../../../mixins/filter/ast.ts";
import type { Statement } from "../../../stores/sql/statement.ts";

const TEXTS: Readonly<Record<string, string>> = {
  id: "id",
  type: "type",
  gatewayId: "gateway_id",
  actor: "actor",
};

/**
 * What of a filter the database can use to look at fewer rows: comparisons that all matching rows fulfil and that
 * mean the same in SQL. The whole filter is tried on the rows afterwards.
 */
export function conditionsOf(filter: Filter, statement: Statement): string[] {
  if (filter.op === "and") return filter.of.flatMap((each) => conditionsOf(each, statement));
  if (filter.op === "or" || filter.op === "not") return [];
  return conditionOf(filter, statement);
}

function conditionOf({ op, path: [field], value }: Comparison, statement: Statement): string[] {
  const column = TEXTS[field];
  const isWord = !value.quoted && (value.text === "null" || value.text === "*");
  if (column && op === "=" && !isWord) return [`${column} = ${statement.value(value.text)}`];
  if (op === ":" || op === "!=") return [];
  if (field === "severity") return [`severity ${op} ${statement.value(Number(value.text))}`];
  if (field !== "time" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value.text)) return [];
  const time = Date.parse(value.text);
  return Number.isNaN(time) ? [] : [`time ${op} ${statement.value(time)}`];
}
