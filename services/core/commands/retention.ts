import type { CommandTable } from "./command-table.ts";
import type { LogTable } from "./log-table.ts";

const DAY_MS = 24 * 3_600_000;
export const DEFAULT_RETENTION_MS = 30 * DAY_MS;

/** Removes what ended, or was logged, before the time (epoch milliseconds); how many commands and lines. */
export async function removeBefore(
  before: number,
  tables: readonly Pick<CommandTable | LogTable, "removeSome">[],
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  for (const table of tables)
    for (let some = 1; some > 0 && !signal.aborted; removed += some) some = await table.removeSome(before);
  return removed;
}
