import type { LiveSession, PartitionRecord } from "./ports.ts";

/** What a node has last read of the cluster. */
export type ClusterView = {
  /** The store's time. */
  readonly now: number;
  readonly sessions: readonly LiveSession[];
  readonly records: readonly PartitionRecord[];
};

/** Instances of the first view that the second has no more. */
export function goneSince(before: ClusterView | undefined, after: ClusterView): LiveSession[] {
  const left = new Set(after.sessions.map(({ instanceId }) => instanceId));
  return (before?.sessions ?? []).filter(({ instanceId }) => !left.has(instanceId));
}

/** Two views with the same key have the same nodes, offering the same. */
export function membershipKey({ sessions }: ClusterView): string {
  return sessions
    .map(({ instanceId, types, isDraining }) => `${instanceId} ${types.join(",")} ${isDraining}`)
    .sort()
    .join("\n");
}

/** The instances this one looks after: the next two by name, in a ring of all. */
export function neighbours({ sessions }: ClusterView, instanceId: string): LiveSession[] {
  const ring = sessions.toSorted((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
  const at = ring.findIndex((session) => session.instanceId === instanceId);
  if (at < 0) return [];
  return [...ring.slice(at + 1), ...ring.slice(0, at)].slice(0, 2);
}
