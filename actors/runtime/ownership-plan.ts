import type { Move } from "./hand-offs.ts";
import type { LiveSession, PartitionRecord } from "./ports.ts";
import { type Admits, targetsOf } from "./targets.ts";

/** A newcomer gets partitions of others only after this time (milliseconds): it may be starting in a loop. */
export const MIN_SESSION_AGE_MS = 2000;

export type OwnershipView = {
  readonly me: string;
  readonly type: string;
  readonly count: number;
  /** Of this type, as the store has them. */
  readonly records: readonly PartitionRecord[];
  readonly sessions: readonly LiveSession[];
  /** The store's time at which the sessions were read. */
  readonly now: number;
  /** Epochs of the partitions held here. */
  readonly held: ReadonlyMap<number, number>;
  /** Are the nodes the same for long enough to move partitions that have an owner? */
  readonly isSettled: boolean;
  /** This node gives its partitions away. */
  readonly isLeaving: boolean;
  readonly admits?: Admits;
};

export type OwnershipPlan = {
  /** Held here, but owned by somebody else: to be forgotten. */
  readonly lost: readonly number[];
  /** Without a live owner, and meant for this node. */
  readonly claim: readonly PartitionRecord[];
  /** Owned here and meant for somebody else. */
  readonly handOff: readonly Move[];
  /** Not held here any more, but the store was not told yet. */
  readonly release: readonly PartitionRecord[];
};

/** What one node should do about the partitions of one type. */
export function planOf(view: OwnershipView): OwnershipPlan {
  const { me, type, count, records, held, admits } = view;
  const candidates = view.sessions.filter(({ types, isDraining }) => !isDraining && types.includes(type));
  const targets = targetsOf(
    type,
    count,
    candidates.map(({ nodeId }) => nodeId),
    admits,
  );
  const live = new Set(view.sessions.map(({ nodeId }) => nodeId));
  const isFree = ({ owner }: PartitionRecord) => owner === null || owner === me || !live.has(owner);
  const lost = records.filter(({ partition, epoch }) => epoch > (held.get(partition) ?? epoch));
  const kept = records.filter(({ partition, epoch }) => held.get(partition) === epoch);
  const isForgotten = ({ owner, partition }: PartitionRecord) => owner === me && !held.has(partition);
  return {
    lost: lost.map(({ partition }) => partition),
    claim: records.filter(
      (record) => targets[record.partition] === me && !held.has(record.partition) && isFree(record),
    ),
    handOff: kept
      .map(({ partition }) => ({ partition, to: targets[partition] }))
      .filter(({ to }) => mayMoveTo(view, candidates, to)),
    release: records.filter((record) => isForgotten(record) && targets[record.partition] !== me),
  };
}

function mayMoveTo(
  { me, now, isSettled, isLeaving }: OwnershipView,
  candidates: readonly LiveSession[],
  target: string | undefined,
): boolean {
  if (target === undefined || target === me) return false;
  // Whoever goes does not wait; a node that stays moves partitions only when the others have stopped changing.
  if (isLeaving) return true;
  const startTime = candidates.find(({ nodeId }) => nodeId === target)?.startTime ?? now;
  return isSettled && now - startTime >= MIN_SESSION_AGE_MS;
}
