import { INGEST_SETTINGS, type IngestSettings } from "../ingest/settings.ts";
import { SIGNAL_SETTINGS, type SignalSettings } from "../signals/settings.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** What bounds the front. All are per process unless said otherwise. */
export type FrontSettings = IngestSettings & {
  /** Packets of one connection that are being worked on; more stay in its socket. */
  readonly pendingPackets: number;
  /** Payload bytes of one connection that wait for their outcome. */
  readonly pendingBytes: number;
  /** Bytes for a connection that its client has not read; beyond, it is closed. */
  readonly unreadBytes: number;
  readonly subscriptionsPerConnection: number;
  readonly connectionsPerSecond: number;
  readonly connectionBurst: number;
  readonly connectTimeoutMs: number;
  readonly drainTimeoutMs: number;
  /** Keep-alive of clients that ask for none. */
  readonly keepAliveSeconds: number;
  readonly stopTimeoutMs: number;
  readonly credentialTtlMs: number;
  readonly credentialsKept: number;
  readonly passwordChecks: number;
  readonly passwordChecksAtOnce: number;
  readonly passwordHashTimeoutMs: number;
  readonly failures: number;
  readonly failureWindowMs: number;
  readonly signals: SignalSettings;
};

export const FRONT_SETTINGS: FrontSettings = {
  ...INGEST_SETTINGS,
  pendingPackets: 256,
  pendingBytes: 512 * KIB,
  unreadBytes: MIB,
  subscriptionsPerConnection: 64,
  connectionsPerSecond: 2000,
  connectionBurst: 4000,
  connectTimeoutMs: 10_000,
  drainTimeoutMs: 20_000,
  keepAliveSeconds: 1200,
  stopTimeoutMs: 5000,
  credentialTtlMs: 600_000,
  credentialsKept: 200_000,
  passwordChecks: 2000,
  passwordChecksAtOnce: 2,
  passwordHashTimeoutMs: 5000,
  failures: 10,
  failureWindowMs: 10_000,
  signals: SIGNAL_SETTINGS,
};
