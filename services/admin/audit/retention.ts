import type { AuditTable } from "./audit-table.ts";

export type AuditRetention = {
  readonly maxAgeMs: number;
  readonly maxLogs: number;
  /** Rows that one statement removes. */
  readonly batchSize: number;
};

export const AUDIT_RETENTION: AuditRetention = {
  maxAgeMs: 90 * 24 * 3_600_000,
  maxLogs: 5_000_000,
  batchSize: 1000,
};

/** Removes what is too old, then what is too much; the result is how many of one batch. Several nodes may do it. */
export async function trimOnce(table: AuditTable, settings: AuditRetention, now: number): Promise<number> {
  const { maxAgeMs, maxLogs, batchSize } = settings;
  const older = await table.removeOlder(now - maxAgeMs, batchSize);
  return older > 0 ? older : table.removeSurplus(maxLogs, batchSize);
}
