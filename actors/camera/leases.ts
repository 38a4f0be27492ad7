import { DomainError } from "../contracts/errors.ts";
import type { StreamView } from "./contract.ts";
import type { Camera, Lease, Stream } from "./state.ts";

type Viewer = { readonly viewer: string; readonly by: string };
type Wish = Viewer & { readonly ttlMs: number };

/** Of its time, below which a longer lease is not worth a commit: who calls in a loop gets the same end again. */
const WORTH_A_COMMIT = 0.1;

export function leaseOf({ leases }: Camera, { viewer, by }: Viewer): Lease | undefined {
  return leases.find((one) => one.viewer === viewer && one.by === by);
}

/** The viewers at `now`, this one among them. Throws TOO_MANY_VIEWERS. */
export function extended(
  camera: Camera,
  { viewer, by, ttlMs }: Wish,
  now: number,
  limit: number,
): readonly Lease[] {
  const current = camera.leases.filter(({ expireTime }) => expireTime > now);
  const known = current.find((one) => one.viewer === viewer && one.by === by);
  if (known && known.expireTime >= now + ttlMs * (1 - WORTH_A_COMMIT)) return camera.leases;
  if (!known && current.length >= limit)
    throw new DomainError("TOO_MANY_VIEWERS", { cameraId: camera.cameraId, limit });
  return [...current.filter((one) => one !== known), { viewer, by, expireTime: now + ttlMs }];
}

/** Until when somebody watches, by these leases. */
export function heldUntil(leases: readonly Lease[], now: number): number {
  return Math.max(now, ...leases.map(({ expireTime }) => expireTime));
}

export function streamView({ streamId, phase, url, attempt }: Stream, { expireTime }: Lease): StreamView {
  return { streamId, phase, url, attempt, expireTime };
}
