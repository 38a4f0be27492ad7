import { type Spread, spread } from "./stats.ts";

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The median, with the smallest and the greatest. */
export function spreadText(values: readonly number[], digits: number): string {
  if (values.length === 0) return "-";
  const { median, min, max }: Spread = spread(values);
  return `${median.toFixed(digits)} [${min.toFixed(digits)}-${max.toFixed(digits)}]`;
}
