import { createHash } from "node:crypto";

export type BackoffSettings = {
  /** The shortest wait: a gateway needs as long to do what it was told, and to say so. Milliseconds. */
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
};

/**
 * How long to wait for an answer after so many deliveries of ours, in milliseconds: between the shortest wait and an
 * end that doubles each time. Where in between, the gateway's id and the number say, so that many gateways that were
 * told at the same time are not told again at the same time, and a repeated decision is the same.
 */
export function waitMs(actorId: string, attempts: number, settings: BackoffSettings): number {
  const { firstWaitMs, maxWaitMs } = settings;
  const end = Math.min(maxWaitMs, firstWaitMs * 2 ** (attempts + 1));
  return Math.round(firstWaitMs + fraction(`${attempts}/${actorId}`) * (end - firstWaitMs));
}

/** In [0, 1), evenly spread over all texts. */
function fraction(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE() / 2 ** 32;
}
