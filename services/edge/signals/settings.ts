import { INGEST_SETTINGS, type IngestSettings } from "../ingest/settings.ts";

const MIB = 1024 ** 2;

/** What bounds the way from an edge to presence. All are per process. */
export type SignalSettings = IngestSettings & {
  /** Signals and their bytes that wait while presence does not take them; beyond, the oldest are given up. */
  readonly signalsKept: number;
  readonly signalBytesKept: number;
  /** How long a stop waits for presence to take what it should know. */
  readonly closeTimeoutMs: number;
};

/** Slower to try again than messages: nobody waits for a signal, and what stays open is told again anyway. */
export const SIGNAL_SETTINGS: SignalSettings = {
  ...INGEST_SETTINGS,
  batchesInFlight: 2,
  retryMinMs: 100,
  retryMaxMs: 5000,
  signalsKept: 50_000,
  signalBytesKept: 32 * MIB,
  closeTimeoutMs: 1000,
};
