import { LRUCache } from "lru-cache";
import { fnv1a } from "./partition-map.ts";

/** Should this node own that partition, if another one can? */
export type Admits = (nodeId: string, partition: number) => boolean;

/** By partition: the nodes, best first. */
type Rankings = readonly (readonly string[])[];

/**
 * The node that should own each partition (by index): rendezvous hashing with bounded load. Every node that knows
 * the same nodes comes to the same result; one that joins or leaves moves about its own share and no more, and no
 * node gets more than its share rounded up. Where no node is admitted, all are; undefined where there is none.
 */
export function targetsOf(
  type: string,
  count: number,
  nodeIds: readonly string[],
  admits: Admits = () => true,
): (string | undefined)[] {
  const capacity = Math.ceil(count / nodeIds.length);
  const load = new Map(nodeIds.map((nodeId) => [nodeId, 0]));
  return rankings(type, count, nodeIds).map((all, partition) => {
    const admitted = all.filter((nodeId) => admits(nodeId, partition));
    const ranked = admitted.length > 0 ? admitted : all;
    const target = ranked.find((nodeId) => (load.get(nodeId) ?? 0) < capacity) ?? ranked[0];
    if (target !== undefined) load.set(target, (load.get(target) ?? 0) + 1);
    return target;
  });
}

/** Nodes look again and again, and mostly at the same nodes: hashing is the dearest part of it. */
const known = new LRUCache<string, Rankings>({ max: 64 });

function rankings(type: string, count: number, nodeIds: readonly string[]): Rankings {
  const key = JSON.stringify([type, count, ...nodeIds]);
  const found =
    known.get(key) ?? Array.from({ length: count }, (_, partition) => rank(`${type}/${partition}`, nodeIds));
  known.set(key, found);
  return found;
}

function rank(key: string, nodeIds: readonly string[]): string[] {
  const weighed = nodeIds.map((nodeId) => ({
    nodeId,
    weight: mixed(fnv1a(Buffer.from(`${nodeId}/${key}`))),
  }));
  weighed.sort((a, b) => b.weight - a.weight || (a.nodeId < b.nodeId ? -1 : 1));
  return weighed.map(({ nodeId }) => nodeId);
}

/** The finalizer of MurmurHash3: FNV alone lets the last bytes reach too few bits. */
function mixed(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
