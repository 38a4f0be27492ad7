import { SEQ_BASE } from "./generator/frames.ts";

export type StoredTwin = { gatewayId: string; version: number; counter: number };
type ExpectedTwin = { gatewayId: string; messages: number };
export type Verification = { checked: number; messages: number; wrong: string[] };

/** Every message changes something, so a twin that lost none is at the version that counts its messages. */
export function verifyTwins(expected: readonly ExpectedTwin[], stored: readonly StoredTwin[]): Verification {
  const byId = new Map(stored.map((twin) => [twin.gatewayId, twin]));
  const faults = expected.map((twin) => faultOf(twin, byId.get(twin.gatewayId)));
  return {
    checked: expected.length,
    messages: expected.reduce((sum, twin) => sum + twin.messages, 0),
    wrong: faults.filter((fault) => fault !== undefined),
  };
}

function faultOf({ gatewayId, messages }: ExpectedTwin, stored?: StoredTwin): string | undefined {
  if (stored === undefined) return `${gatewayId}: no twin`;
  if (stored.version !== messages)
    return `${gatewayId}: version ${stored.version} after ${messages} messages`;
  const last = SEQ_BASE + messages;
  if (messages > 0 && stored.counter !== last)
    return `${gatewayId}: holds ${stored.counter}, last sent ${last}`;
  return undefined;
}
