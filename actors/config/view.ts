import type { ConfigView } from "./contract.ts";
import { type ConfigState, phaseOf } from "./state.ts";

export function viewOf(gatewayId: string, state: ConfigState): ConfigView {
  const { twin, attempts, nextAttemptTime, outOfSyncSince, sent, saved } = state;
  return {
    gatewayId,
    phase: phaseOf(state) ?? "IN_SYNC",
    desiredVersion: twin?.desiredVersion ?? 0,
    attempts,
    nextAttemptTime,
    lastError: lastErrorOf(state),
    outOfSyncSince,
    sent,
    saved,
  };
}

function lastErrorOf({ failure, twin }: ConfigState): ConfigView["lastError"] {
  if (!failure) return null;
  const refused = failure.reason === "REFUSED" ? twin?.sync.refused : undefined;
  return { ...failure, ...(refused && { refused }) };
}
