import type { Row } from "./scenarios.ts";

const HEAD = [
  "fault",
  "rounds",
  "gap p50",
  "gap p99",
  "updates",
  "lost",
  "doubled",
  "broken",
  "calls",
  "failed calls",
  "",
];

/** Is everything as it must be? */
export function isGood({ verdict, mayFail, goal, gaps, error }: Row): boolean {
  const { lost, doubled, broken, failed } = verdict;
  const isWhole = lost.length + doubled.length + broken.length === 0 && error === undefined;
  const isQuick = !goal || (percentile(gaps, 0.5) <= goal.p50 && percentile(gaps, 0.99) <= goal.p99);
  return isWhole && isQuick && (mayFail || failed.length === 0);
}

export function tableOf(rows: readonly Row[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [line(HEAD), line(HEAD.map(() => "---")), ...rows.map((row) => line(cellsOf(row)))].join("\n");
}

/** What was wrong, a few lines per row; empty when nothing was. */
export function problemsOf({ name, verdict, error, mayFail }: Row): string[] {
  const { lost, doubled, broken, failed } = verdict;
  const all = [...(error ? [error] : []), ...lost, ...doubled, ...broken, ...(mayFail ? [] : failed)];
  return all.slice(0, 5).map((problem) => `${name}: ${problem}`);
}

function cellsOf(row: Row): (string | number)[] {
  const { lost, doubled, broken, calls, failed, updates } = row.verdict;
  return [
    row.name,
    row.rounds,
    gapCell(row, 0.5, row.goal?.p50),
    gapCell(row, 0.99, row.goal?.p99),
    updates,
    lost.length,
    doubled.length,
    broken.length,
    calls,
    failed.length,
    isGood(row) ? "PASS" : "MISS",
  ];
}

function gapCell({ gaps }: Row, share: number, goal: number | undefined): string {
  const gap = gaps.length === 0 ? "-" : `${percentile(gaps, share).toFixed(0)} ms`;
  return goal === undefined ? gap : `${gap} (goal ${goal})`;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
