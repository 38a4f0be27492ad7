import type { ConfigView } from "../../../actors/config/contract.ts";
import type { Config } from "../../../actors/contracts/config.ts";
import { rfc3339 } from "../../../mixins/rfc3339.ts";

/** The configuration state as the open API shows it. `now` in epoch milliseconds. */
export function configResource(view: ConfigView, now: number): Config {
  const { gatewayId, phase, desiredVersion, attempts, nextAttemptTime, outOfSyncSince, sent, saved } = view;
  return {
    gatewayId,
    phase,
    desiredVersion,
    attempts,
    nextAttemptTime: nextAttemptTime === null ? null : rfc3339(nextAttemptTime),
    lastError: lastError(view),
    lagSeconds: outOfSyncSince === null ? 0 : Math.max(0, now - outOfSyncSince) / 1000,
    traffic: { bytesSent: sent, bytesSaved: saved },
  };
}

function lastError({ lastError: error, attempts }: ConfigView): Config["lastError"] {
  if (!error) return null;
  const { reason, refused, time } = error;
  const message =
    reason === "REFUSED"
      ? "The gateway refused all that it still lacks."
      : `The gateway was told ${attempts} times what it lacks and has not reported it.`;
  return {
    reason,
    message,
    ...(refused && { refused: refused.map((refusal) => ({ ...refusal })) }),
    time: rfc3339(time),
  };
}
