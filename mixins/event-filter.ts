import { DomainError } from "../actors/contracts/errors.ts";
import { JournalEvent } from "../actors/contracts/journal.ts";
import type { JsonValue } from "../actors/contracts/json.ts";
import { SEVERITIES } from "../actors/contracts/severity.ts";
import type { Comparison, Filter } from "./filter/ast.ts";
import { matches } from "./filter/matches.ts";
import { parseFilter, requireFields } from "./filter/parse.ts";

const FIELDS = ["id", "type", "gatewayId", "severity", "time", "actor"] as const;

/** A parsed filter over events; severities in it are numbers, so that they can be put in order. */
type EventFilter = {
  readonly filter: Filter;
  readonly accepts: (event: JournalEvent) => boolean;
};

/** Throws INVALID_FILTER. */
export function eventFilter(text: string | undefined): EventFilter {
  const parsed = parseFilter(text);
  const isKnown = (path: readonly string[]) => path.length === 1 && FIELDS.some((field) => field === path[0]);
  requireFields(parsed, isKnown, JournalEvent.properties);
  const filter = ranked(parsed);
  return { filter, accepts: (event) => matches(filter, ([field]) => fieldOf(event, field)) };
}

function fieldOf(event: JournalEvent, name: string | undefined): JsonValue | undefined {
  const field = FIELDS.find((each) => each === name);
  if (field === "severity") return SEVERITIES.indexOf(event.severity);
  return field && event[field];
}

function ranked(filter: Filter): Filter {
  switch (filter.op) {
    case "and":
    case "or":
      return { ...filter, of: filter.of.map(ranked) };
    case "not":
      return { ...filter, of: ranked(filter.of) };
    default:
      return filter.path[0] === "severity" ? rankedComparison(filter) : filter;
  }
}

function rankedComparison(comparison: Comparison): Comparison {
  const { text } = comparison.value;
  if (text === "*" && comparison.op === ":") return comparison;
  const names: readonly string[] = SEVERITIES;
  const rank = names.indexOf(text);
  if (rank >= 0) return { ...comparison, value: { text: String(rank), quoted: false } };
  const problem = `a severity is one of ${SEVERITIES.join(", ")}, not '${text}'`;
  throw new DomainError("INVALID_FILTER", { problem }, [{ field: "filter", description: problem }]);
}
