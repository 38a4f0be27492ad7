import type { Comparison, Filter } from "../../../mixins/filter/ast.ts";

const INDEXED = ["gatewayId", "actor", "permission"] as const;
type Indexed = (typeof INDEXED)[number];

/** What of a filter an index can find; the whole filter is tried on the rows afterwards. */
export type Conditions = {
  /** One, the most telling: with two the database would use one index and look through all that it finds. */
  readonly equal?: { readonly field: Indexed; readonly value: string };
  /** Epoch milliseconds. */
  readonly from?: number;
  readonly to?: number;
};

/** Of comparisons that all matching rows fulfil. */
export function conditionsOf(filter: Filter): Conditions {
  const all = comparisonsOfAll(filter);
  const equals = all.filter(({ op, value }) => op === "=" && (value.quoted || value.text !== "null"));
  const field = INDEXED.find((name) => equals.some(({ path }) => path[0] === name));
  const value = equals.find(({ path }) => path[0] === field)?.value.text;
  return Object.assign(
    {},
    ...all.map(timeCondition),
    field && value !== undefined && { equal: { field, value } },
  );
}

function comparisonsOfAll(filter: Filter): Comparison[] {
  if (filter.op === "and") return filter.of.flatMap(comparisonsOfAll);
  return filter.op === "or" || filter.op === "not" ? [] : [filter];
}

function timeCondition({ op, path: [field], value: { text } }: Comparison): Conditions {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (field !== "time" || Number.isNaN(time)) return {};
  if (op === ">" || op === ">=") return { from: time };
  return op === "<" || op === "<=" ? { to: time } : {};
}
