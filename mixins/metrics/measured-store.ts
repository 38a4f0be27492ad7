import { placeKey } from "../../actors/runtime/partition-map.ts";
import type { ActorStore, CommitRow, PartitionRef, Snapshot } from "../../actors/runtime/ports.ts";
import type { Metrics } from "../counters.ts";
import { NUMBERS, SECONDS } from "./distribution.ts";

type Monotonic = () => number;

/** The store, with all that is asked of it counted. `monotonic`: milliseconds. */
export function measuredStore(store: ActorStore, metrics: Metrics, monotonic: Monotonic): ActorStore {
  return {
    ...ownershipOf(store, metrics),
    load: loads(store, metrics, monotonic),
    commit: commits(store, metrics, monotonic),
    saveSnapshots: snapshots(store, metrics, monotonic),
    advance: (progress) => store.advance(progress),
  };
}

function commits(store: ActorStore, metrics: Metrics, monotonic: Monotonic): ActorStore["commit"] {
  const duration = metrics.distribution("gateway_twin.commit.duration.seconds", {}, SECONDS);
  const rowsOfOne = metrics.distribution("gateway_twin.commit.rows", {}, NUMBERS);
  const changes = metrics.distribution("gateway_twin.commit.changes", {}, NUMBERS);
  const done = { ok: 0, failed: 0, fenced: 0 };
  metrics.onScrape(() => {
    metrics.total("gateway_twin.commits.total", done.ok, { result: "ok" });
    metrics.total("gateway_twin.commits.total", done.failed, { result: "failed" });
    metrics.total("gateway_twin.commit.fenced.rows.total", done.fenced);
  });
  return async (rows) => {
    const start = monotonic();
    try {
      const refused = await store.commit(rows);
      done.ok += 1;
      done.fenced += refused.length;
      rowsOfOne.observe(rows.length);
      changes.observe(changesOf(rows));
      return refused;
    } catch (error) {
      done.failed += 1;
      throw error;
    } finally {
      duration.observe((monotonic() - start) / 1000);
    }
  };
}

function snapshots(store: ActorStore, metrics: Metrics, monotonic: Monotonic): ActorStore["saveSnapshots"] {
  const duration = metrics.distribution("gateway_twin.snapshot.duration.seconds", {}, SECONDS);
  const documents = { ok: 0, failed: 0 };
  metrics.onScrape(() => {
    for (const [result, n] of Object.entries(documents))
      metrics.total("gateway_twin.snapshot.documents.total", n, { result });
  });
  return async (given: readonly Snapshot[]) => {
    const start = monotonic();
    try {
      await store.saveSnapshots(given);
      documents.ok += given.length;
    } catch (error) {
      documents.failed += given.length;
      throw error;
    } finally {
      duration.observe((monotonic() - start) / 1000);
    }
  };
}

function loads(store: ActorStore, metrics: Metrics, monotonic: Monotonic): ActorStore["load"] {
  const loading = new Map<string, number>();
  metrics.onScrape(() => {
    for (const [type, n] of loading) metrics.gauge("gateway_twin.actors.loading", n, { type });
  });
  const add = (type: string, n: number) => loading.set(type, (loading.get(type) ?? 0) + n);
  return async (type, actorIds) => {
    const start = monotonic();
    const ended = (result: string) =>
      metrics.count("gateway_twin.actors.loads.total", { type, result }, actorIds.length);
    add(type, actorIds.length);
    try {
      const documents = await store.load(type, actorIds);
      ended("ok");
      return documents;
    } catch (error) {
      ended("failed");
      throw error;
    } finally {
      add(type, -actorIds.length);
      const seconds = (monotonic() - start) / 1000;
      metrics.observe("gateway_twin.actors.load.duration.seconds", seconds, { type }, SECONDS);
    }
  };
}

function ownershipOf(store: ActorStore, { count }: Metrics) {
  return {
    createPartitions: store.createPartitions.bind(store),
    partitions: store.partitions.bind(store),
    claim: async (...[seen, owner]: Parameters<ActorStore["claim"]>) => {
      const claimed = await store.claim(seen, owner);
      const won = new Set(claimed.map(placeKey));
      for (const ref of seen) {
        const result = won.has(placeKey(ref)) ? "won" : "lost";
        count("gateway_twin.ownership.claims.total", { type: ref.type, result });
      }
      return claimed;
    },
    release: async (partitions: readonly PartitionRef[]) => {
      await store.release(partitions);
      for (const { type } of partitions) count("gateway_twin.ownership.releases.total", { type });
    },
  };
}

function changesOf(rows: readonly CommitRow[]): number {
  return rows.reduce((sum, { changes }) => sum + changes.length, 0);
}
