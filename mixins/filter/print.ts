import type { Comparison, Filter } from "./ast.ts";

/** The text of a filter, the same for all ways of writing it that parse to the same. */
export function printFilter(filter: Filter): string {
  switch (filter.op) {
    case "and":
    case "or":
      return filter.of.map(printNested).join(` ${filter.op.toUpperCase()} `);
    case "not":
      return `NOT ${printNested(filter.of)}`;
    default:
      return printComparison(filter);
  }
}

function printNested(filter: Filter): string {
  return isComparison(filter) ? printComparison(filter) : `(${printFilter(filter)})`;
}

function isComparison(filter: Filter): filter is Comparison {
  return "path" in filter;
}

function printComparison({ op, path, value }: Comparison): string {
  return `${path.map(quote).join(".")} ${op} ${value.quoted ? quote(value.text) : value.text}`;
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
