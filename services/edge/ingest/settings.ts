const KIB = 1024;
const MIB = 1024 * KIB;

/** What bounds the way from an edge to the owners. All are per process. */
export type IngestSettings = {
  /** Messages and bytes that wait for their outcome; beyond, nothing more is read. */
  readonly waitingMessages: number;
  readonly waitingBytes: number;
  readonly batchMessages: number;
  readonly batchBytes: number;
  /** Calls to one owner at the same time. */
  readonly batchesInFlight: number;
  readonly ingestTimeoutMs: number;
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
};

export const INGEST_SETTINGS: IngestSettings = {
  waitingMessages: 200_000,
  waitingBytes: 128 * MIB,
  batchMessages: 256,
  batchBytes: 256 * KIB,
  batchesInFlight: 4,
  ingestTimeoutMs: 10_000,
  retryMinMs: 20,
  retryMaxMs: 1000,
};
