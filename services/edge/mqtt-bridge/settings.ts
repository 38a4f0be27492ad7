import { INGEST_SETTINGS, type IngestSettings } from "../ingest/settings.ts";
import { SIGNAL_SETTINGS, type SignalSettings } from "../signals/settings.ts";

const MIB = 1024 ** 2;
const DAY_SECONDS = 86_400;

/** What bounds the bridge. All are per process unless said otherwise. */
export type BridgeSettings = IngestSettings & {
  /** Messages and payload bytes of one slot that are not acknowledged; beyond, its socket is not read. */
  readonly unacknowledgedMessages: number;
  readonly unacknowledgedBytes: number;
  /** How long an MQTT 5 broker keeps what a slot has not acknowledged while nobody is connected as it. */
  readonly sessionExpirySeconds: number;
  readonly keepAliveSeconds: number;
  readonly connectTimeoutMs: number;
  /** Before the next try to connect, after one that failed; doubles with each one that fails or does not last. */
  readonly reconnectMinMs: number;
  /** The same after a connection that was up: by then it should be known here when another node owns the slot. */
  readonly lostMinMs: number;
  readonly reconnectMaxMs: number;
  /** A connection that was up this long has lasted. */
  readonly stableMs: number;
  /** How long a slot that is given back waits for the outcomes of what it has read. */
  readonly drainTimeoutMs: number;
  readonly closeTimeoutMs: number;
  /** Gateways that are remembered, and for how long that they exist. */
  readonly gatewaysKept: number;
  readonly knownTtlMs: number;
  readonly unknownTtlMs: number;
  readonly lookupsAtOnce: number;
  readonly lookupTimeoutMs: number;
  readonly lookupRetryMs: number;
  /** Messages for gateways that the broker has not acknowledged, and those waiting behind them. */
  readonly publishesInFlight: number;
  readonly publishesWaiting: number;
  readonly publishTimeoutMs: number;
  /** Taken for the keep-alive of gateways: the one they have with the broker is not known here. */
  readonly silenceMs: number;
  /** How often presence is told of a gateway that sends other messages than of itself. */
  readonly aliveIntervalMs: number;
  readonly signals: SignalSettings;
};

export const BRIDGE_SETTINGS: BridgeSettings = {
  ...INGEST_SETTINGS,
  unacknowledgedMessages: 4000,
  unacknowledgedBytes: 16 * MIB,
  sessionExpirySeconds: 7 * DAY_SECONDS,
  keepAliveSeconds: 30,
  connectTimeoutMs: 5000,
  reconnectMinMs: 100,
  lostMinMs: 1000,
  reconnectMaxMs: 5000,
  stableMs: 10_000,
  drainTimeoutMs: 5000,
  closeTimeoutMs: 1000,
  gatewaysKept: 200_000,
  knownTtlMs: 300_000,
  unknownTtlMs: 2000,
  lookupsAtOnce: 32,
  lookupTimeoutMs: 5000,
  lookupRetryMs: 500,
  publishesInFlight: 1000,
  publishesWaiting: 50_000,
  publishTimeoutMs: 5000,
  silenceMs: 600_000,
  aliveIntervalMs: 60_000,
  signals: SIGNAL_SETTINGS,
};
