import type { DeliveredRow } from "../../../actors/runtime/ports.ts";

/** How far the journal has each partition of the log: the row, and the first of its changes that is to come. */
export type Marks = ReadonlyMap<string, Mark>;
type Mark = readonly [pos: number, next: number];

type Place = Pick<DeliveredRow, "type" | "partition" | "pos">;

/** Rows of a partition come in order: nothing of what is above its mark was there before. */
export function isAbove(marks: Marks, row: DeliveredRow): boolean {
  const [pos, next] = marks.get(keyOf(row)) ?? [-1, 0];
  return row.pos > pos || (row.pos === pos && row.first >= next);
}

export function advance(marks: Map<string, Mark>, row: DeliveredRow): void {
  if (isAbove(marks, row)) marks.set(keyOf(row), [row.pos, row.first + row.changes.length]);
}

/** The id of an event that is the `nth` of a change. */
export function idOf({ type, partition, pos }: Place, change: number, nth: number): string {
  return `${type}-${partition}-${pos}-${change}-${nth}`;
}

/** The marks after events with these ids as well; those that gateways have made say nothing. */
export function marksAfter(marks: Marks, ids: Iterable<string>): Map<string, Mark> {
  const after = new Map(marks);
  for (const id of ids) {
    const [, key = "", pos, change] = /^(.+-\d+)-(\d+)-(\d+)-\d+$/.exec(id) ?? [];
    if (pos === undefined) continue;
    const [knownPos, knownNext] = after.get(key) ?? [-1, 0];
    const mark: Mark = [Number(pos), Number(change) + 1];
    if (mark[0] > knownPos || (mark[0] === knownPos && mark[1] > knownNext)) after.set(key, mark);
  }
  return after;
}

export function textOfMarks(marks: Marks): string {
  return JSON.stringify(Object.fromEntries(marks));
}

export function marksOf(text: string): Map<string, Mark> {
  const marks: Record<string, Mark> = JSON.parse(text);
  return new Map(Object.entries(marks));
}

function keyOf({ type, partition }: Pick<Place, "type" | "partition">): string {
  return `${type}-${partition}`;
}
