import type { PartitionRef } from "../../actors/runtime/ports.ts";
import type { Constants, Dialect } from "./dialect.ts";
import type { Statement } from "./statement.ts";

/** `partition` is a reserved word in MySQL. */
export const P = "`partition`";

/** Constants `v` meet their partition `p` while it is at just the epoch they say. */
export const AT_EPOCH = `p.type = v.type AND p.${P} = v.${P} AND p.epoch = v.epoch`;

/** The columns that tell a partition at its epoch. */
export const REF: Constants["columns"] = { type: "text", [P]: "integer", epoch: "integer" };

/** Partitions as constants, in the order in which everybody locks them: so nobody waits in a circle. */
export function refConstants(refs: readonly PartitionRef[]): Constants {
  const rows = refs.toSorted(comparePlaces).map(({ type, partition, epoch }) => [type, partition, epoch]);
  return { columns: REF, rows };
}

/**
 * The columns and the source of an INSERT: those of the rows whose epoch is their partition's present one. The
 * partitions stay as they are until all is written, so a claim comes before it or after it, never in between.
 */
export function fencedSource(
  dialect: Dialect,
  statement: Statement,
  constants: Constants,
  isWritten: (column: string) => boolean = () => true,
): string {
  const columns = Object.keys(constants.columns).filter(isWritten);
  return `(${columns.join(", ")}) ${dialect.withConstants(statement, constants)}
    SELECT ${columns.map((column) => `v.${column}`).join(", ")} FROM v
    JOIN partitions p ON ${AT_EPOCH} WHERE true ${dialect.shareLock}`;
}

export function comparePlaces(a: Omit<PartitionRef, "epoch">, b: Omit<PartitionRef, "epoch">): number {
  if (a.type !== b.type) return a.type < b.type ? -1 : 1;
  return a.partition - b.partition;
}
