import type { ConfigPhase } from "../contracts/config.ts";
import type { FailureReason, Sync } from "./contract.ts";

export type ConfigState = {
  /** Its last word; null: none yet, or that it is gone. */
  readonly twin: { readonly order: number; readonly desiredVersion: number; readonly sync: Sync } | null;
  /** Epoch milliseconds; null in sync. */
  readonly outOfSyncSince: number | null;
  /** Null: nobody has told. */
  readonly presence: { readonly order: number; readonly isOnline: boolean } | null;
  /** Deliveries since the last change, resync or connect. */
  readonly attempts: number;
  /** Epoch milliseconds; null: none is planned. */
  readonly nextAttemptTime: number | null;
  /** The next delivery is the whole document, whatever is missing. */
  readonly wantsFull: boolean;
  readonly failure: { readonly reason: FailureReason; readonly time: number } | null;
  /** Bytes. */
  readonly sent: number;
  readonly saved: number;
};

export const EMPTY_CONFIG: ConfigState = {
  twin: null,
  outOfSyncSince: null,
  presence: null,
  attempts: 0,
  nextAttemptTime: null,
  wantsFull: false,
  failure: null,
  sent: 0,
  saved: 0,
};

/** Of whom presence has not spoken may well be there, once it was heard: without a presence service all are told. */
export function isReachable({ presence, twin }: Pick<ConfigState, "presence" | "twin">): boolean {
  return presence ? presence.isOnline : !twin?.sync.neverHeard;
}

/** Null: there is no twin to speak of. */
export function phaseOf(state: ConfigState): ConfigPhase | null {
  if (!state.twin) return null;
  if (state.twin.sync.state === "synced") return "IN_SYNC";
  if (state.failure) return "FAILED";
  return isReachable(state) ? "DELIVERING" : "PENDING";
}

/** What is left is what is taken for granted of a gateway that nobody ever spoke of. */
export function isForgettable({ twin, presence, wantsFull, sent, saved }: ConfigState): boolean {
  return !twin && presence?.isOnline !== false && !wantsFull && sent === 0 && saved === 0;
}
