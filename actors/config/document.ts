import type { FailureReason, Sync } from "./contract.ts";
import type { ConfigState } from "./state.ts";

/** What is not there is 0. */
type Packed<Value> = 0 | Value;

/** As it is stored: small, since there is one per gateway. */
export type PackedConfig = readonly [
  twin: Packed<readonly [order: number, desiredVersion: number, sync: Sync]>,
  presence: Packed<readonly [order: number, isOnline: boolean]>,
  traffic: Packed<readonly [sent: number, saved: number]>,
  /** Of a gateway out of sync, or with something to be sent. */
  delivery: Packed<
    readonly [
      outOfSyncSince: number | null,
      attempts: number,
      nextAttemptTime: number | null,
      wantsFull: boolean,
      failure: Packed<readonly [reason: FailureReason, time: number]>,
    ]
  >,
];

export function packConfig(state: ConfigState): PackedConfig {
  const { twin, presence, sent, saved } = state;
  return [
    twin ? [twin.order, twin.desiredVersion, twin.sync] : 0,
    presence ? [presence.order, presence.isOnline] : 0,
    sent > 0 || saved > 0 ? [sent, saved] : 0,
    packDelivery(state),
  ];
}

function packDelivery({ outOfSyncSince, attempts, nextAttemptTime, wantsFull, failure }: ConfigState) {
  if (outOfSyncSince === null && attempts === 0 && nextAttemptTime === null && !wantsFull) return 0;
  const packedFailure = failure ? ([failure.reason, failure.time] as const) : 0;
  return [outOfSyncSince, attempts, nextAttemptTime, wantsFull, packedFailure] as const;
}

export function unpackConfig([twin, presence, traffic, delivery]: PackedConfig): ConfigState {
  const [sent, saved] = traffic || [0, 0];
  const [outOfSyncSince, attempts, nextAttemptTime, wantsFull, failure] = delivery || [
    null,
    0,
    null,
    false,
    0,
  ];
  return {
    twin: twin ? { order: twin[0], desiredVersion: twin[1], sync: twin[2] } : null,
    outOfSyncSince,
    presence: presence ? { order: presence[0], isOnline: presence[1] } : null,
    attempts,
    nextAttemptTime,
    wantsFull,
    failure: failure ? { reason: failure[0], time: failure[1] } : null,
    sent,
    saved,
  };
}
