import { partitionOf } from "../../actors/runtime/partition-map.ts";
import type { CommitRow, Log } from "../../actors/runtime/ports.ts";
import { ReadLeases } from "../../actors/runtime/read-leases.ts";
import { CachedViews, type Loaded } from "../../mixins/cached-views.ts";
import { RedisCache } from "../../stores/redis/cache.ts";
import { RedisConnection } from "../../stores/redis/connection.ts";
import { seededRandom } from "../helpers/random.ts";
import { waitFor } from "../helpers/wait-for.ts";

const PARTITIONS = 8;
export const DEADLINE_MS = 100;
const TYPE = "twin";

export type CachedNode = Awaited<ReturnType<typeof cachedNode>>;

/** What the owners have committed, by id, and who owns which partition. All nodes of a test share it. */
export class Owners {
  readonly versions = new Map<string, number>();
  readonly #owners = new Map<number, { readonly node: ReadLeases; readonly epoch: number }>();
  /** An answer waits until what it tells is no longer contradicted by the cache. */
  readonly #gates = new Map<string, Promise<unknown>>();
  loads = 0;
  /** Called with each answer, before the reader has it. */
  onAnswer: (ids: readonly string[]) => Promise<void> = async () => undefined;

  /** The earlier owner is not told. */
  async claim(node: ReadLeases, partitions: readonly number[]): Promise<void> {
    const refs = partitions.map((partition) => ({
      type: TYPE,
      partition,
      epoch: this.#nextEpoch(partition),
    }));
    await node.open(refs);
    for (const { partition, epoch } of refs) this.#owners.set(partition, { node, epoch });
  }

  /** Resolves when the change may be told. */
  async commit(id: string): Promise<number> {
    await this.#settled(id);
    const version = (this.versions.get(id) ?? 0) + 1;
    this.versions.set(id, version);
    const gate = this.#ownerOf(id)?.node.changed([this.#rowOf(id)]);
    if (gate) this.#gates.set(id, gate);
    await gate;
    this.#gates.delete(id);
    return version;
  }

  async load(ids: readonly string[]): Promise<Map<string, Loaded<number>>> {
    this.loads += 1;
    const loaded = new Map<string, Loaded<number>>();
    for (const id of ids) {
      await this.#settled(id);
      const token = this.#ownerOf(id)?.node.lend(TYPE, partitionOf(id, PARTITIONS), id);
      loaded.set(id, { view: this.versions.get(id) ?? 0, token });
    }
    await this.onAnswer(ids);
    return loaded;
  }

  async #settled(id: string): Promise<void> {
    while (this.#gates.has(id)) await this.#gates.get(id);
  }

  #ownerOf(id: string) {
    return this.#owners.get(partitionOf(id, PARTITIONS));
  }

  #nextEpoch(partition: number): number {
    return (this.#owners.get(partition)?.epoch ?? 0) + 1;
  }

  #rowOf(actorId: string): CommitRow {
    const partition = partitionOf(actorId, PARTITIONS);
    const epoch = this.#owners.get(partition)?.epoch ?? 0;
    return { type: TYPE, partition, epoch, pos: 1, changes: [{ actorId, time: 0 }] };
  }
}

/** A node as far as the cache is concerned: it owns partitions, and it reads. */
export async function cachedNode(options: { url: string; namespace: string; owners: Owners }) {
  const lines: string[] = [];
  const note = (message: string) => void lines.push(message);
  const log: Log = { info: note, warn: note, error: note };
  const { url, namespace, owners } = options;
  const connection = new RedisConnection({ url, namespace, log, deadlineMs: DEADLINE_MS });
  await waitFor("Redis", () => connection.isReady);
  const cache = new RedisCache(connection);
  const leases = new ReadLeases({ cache, type: TYPE, clock: () => performance.now(), mayServe: () => true });
  leases.start();
  const counts = new Map<string, number>();
  const count = (name: string, _labels = {}, n = 1) => void counts.set(name, (counts.get(name) ?? 0) + n);
  const views = new CachedViews<number>({
    cache,
    type: TYPE,
    partitionCount: PARTITIONS,
    load: (ids) => owners.load(ids),
    counters: { count, gauge: () => undefined },
    random: seededRandom(1),
  });
  const stop = async () => {
    connection.close();
    await leases.stop();
  };
  const hits = () => counts.get("gateway_twin.cache.hits.total") ?? 0;
  return { connection, cache, leases, views, lines, hits, stop };
}

export const allPartitions = Array.from({ length: PARTITIONS }, (_, index) => index);
