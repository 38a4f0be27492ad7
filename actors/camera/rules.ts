export type CameraRules = {
  /** How long a push goes on without viewers. */
  readonly graceMs: number;
  /** A start without an answer is looked after so often, for so long. */
  readonly repeatMs: number;
  readonly patienceMs: number;
  /** Between attempts that fail: doubles from the first to the last. */
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  /** After so many a push that does not end is left alone. */
  readonly maxStopAttempts: number;
  /** Of one camera. */
  readonly maxLeases: number;
  /** What a stream is taken to send. */
  readonly bitrateKbps: number;
};

export const DEFAULT_CAMERA_RULES: CameraRules = {
  graceMs: 2000,
  repeatMs: 5000,
  patienceMs: 30_000,
  firstRetryMs: 5000,
  maxRetryMs: 60_000,
  maxStopAttempts: 10,
  maxLeases: 50,
  bitrateKbps: 2000,
};

export function retryMs(failures: number, { firstRetryMs, maxRetryMs }: CameraRules): number {
  return Math.min(firstRetryMs * 2 ** Math.max(0, failures - 1), maxRetryMs);
}

export function estimatedBytes(ms: number, { bitrateKbps }: CameraRules): number {
  return Math.round((ms * bitrateKbps) / 8);
}
