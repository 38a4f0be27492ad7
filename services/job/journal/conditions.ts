import { SEVERITIES } from "../../../actors/contracts/severity.ts";
import type { Comparison, Filter } from "../../../mixins/filter/ast.ts";
import { SPAN_MS } from "./pages.ts";
import { termOf } from "./terms.ts";

/** What of a filter tells in which pages to look; the whole filter is tried on their events afterwards. */
export type Conditions = {
  /** In all events that match. */
  readonly gatewayId?: string;
  readonly terms: readonly string[];
  /** Of a page's latest event, in epoch milliseconds. */
  readonly from?: number;
  readonly before?: number;
};

/** Of comparisons that all matching events fulfil. */
export function conditionsOf(filter: Filter): Conditions {
  const all = comparisonsOfAll(filter).map(conditionOf);
  return Object.assign({}, ...all, { terms: all.flatMap(({ terms }) => terms) });
}

function comparisonsOfAll(filter: Filter): Comparison[] {
  if (filter.op === "and") return filter.of.flatMap(comparisonsOfAll);
  return filter.op === "or" || filter.op === "not" ? [] : [filter];
}

function conditionOf({ op, path: [field], value: { text, quoted } }: Comparison): Conditions {
  const isWord = !quoted && (text === "null" || text === "*");
  if (isWord || op === ":" || op === "!=") return { terms: [] };
  if (field === "severity") return severityCondition(op, Number(text));
  if (field === "time") return timeCondition(op, text);
  if (op !== "=") return { terms: [] };
  if (field === "gatewayId") return { gatewayId: text, terms: [termOf.gateway(text)] };
  if (field === "type") return { terms: [termOf.type(text)] };
  return { terms: field === "actor" ? [termOf.actor(text)] : [] };
}

function severityCondition(op: Comparison["op"], rank: number): Conditions {
  const least = SEVERITIES[op === ">" ? rank + 1 : rank];
  const isBelow = op === "<" || op === "<=" || least === undefined || least === "INFO";
  return { terms: isBelow ? [] : [termOf.severity(least)] };
}

function timeCondition(op: Comparison["op"], text: string): Conditions {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) return { terms: [] };
  return {
    terms: [],
    ...(op !== "<" && op !== "<=" && { from: time }),
    ...(op !== ">" && op !== ">=" && { before: time + SPAN_MS }),
  };
}
