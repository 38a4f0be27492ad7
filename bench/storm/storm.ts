import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../../actors/contracts/json.ts";
import { type Child, forkModule } from "../children.ts";
import type { ClusterPlan } from "../cluster/plan.ts";
import type { ProductCluster } from "../cluster/product-cluster.ts";
import type { Stage } from "../cluster/stage.ts";
import { PatchProbe, type PatchResult } from "../parts/patch-probe.ts";
import { provision } from "../variants/product.ts";
import type { RestClient } from "../variants/rest-client.ts";
import { gatewayIds } from "../variants/variant.ts";
import type { StormEdgeCalls, StormTally } from "./commands.ts";
import { MemoryWatch } from "./memory-watch.ts";
import { type RestlessResult, restless } from "./restless.ts";

export type Storm = {
  gateways: number;
  withinMs: number;
  /** From the first gateway's return: the last one ONLINE, and the last message acknowledged. */
  onlineMs: number;
  settledMs: number;
  /** Whose desired was changed while they were away, and who of them did not have it in the end. */
  changed: number;
  notInSync: number;
  /** Messages with desired values to those that had them. */
  needless: number;
  needed: number;
  retries: number;
  /** Bytes, of the process with the most: before, at most, and 10 s later. */
  memory: { before: number; peak: number; after: number };
  /** Another gateway's PATCH to delta meanwhile. */
  others: PatchResult;
  restless: RestlessResult;
};

const EDGES = 2;
const SIZE = { twins: 2, journal: true };
const WRITERS = 16;
const GONE_MS = 180_000;
const POLL_MS = 100;
const REST_MS = 10_000;

/** A fleet goes away, some of it is given other wishes meanwhile, and all of it comes back at once. */
export async function measureStorm({ cluster, servers }: Stage, plan: ClusterPlan): Promise<Storm> {
  const { stormGateways, stormMs } = plan;
  await cluster.resize(SIZE);
  const edges = await startEdges(servers.nats.url, cluster.namespace);
  const ids = gatewayIds(stormGateways, "storm");
  await provision(cluster.rest, ids);
  await Promise.all(
    edges.map((edge, at) =>
      settle(
        edge,
        ids.filter((_, n) => n % EDGES === at),
      ),
    ),
  );
  await untilOnline(cluster.rest, ids.length);
  await Promise.all(edges.map((edge) => edge.peer.call("leave", { withinMs: stormMs })));
  await untilOffline(cluster.rest, ids.length);
  const changed = ids.filter((_, index) => index % 10 === 0);
  await wish(cluster.rest, changed, 2);
  const probe = await PatchProbe.open({ rest: cluster.rest, mqttPort: cluster.mqttPort }, "storm-other");
  const storm = await rage(cluster, edges, { probe, ids, changed, withinMs: stormMs });
  const result = { ...storm, restless: await restless(cluster, probe, stormMs) };
  await probe.close();
  await Promise.all(edges.map((edge) => edge.stop()));
  return result;
}

type Fleet = { probe: PatchProbe; ids: string[]; changed: string[]; withinMs: number };

async function rage(
  { rest, pids }: ProductCluster,
  edges: readonly Child<StormEdgeCalls>[],
  { probe, ids, changed, withinMs }: Fleet,
): Promise<Omit<Storm, "restless">> {
  const memory = new MemoryWatch(pids);
  const start = performance.now();
  const online = untilOnline(rest, ids.length).then(() => performance.now() - start);
  const back = Promise.all(edges.map((edge) => edge.peer.call("comeBack", { withinMs })));
  const others = await probe.during(Promise.all([back, online]));
  const tallies = await back;
  const notInSync = await countNotInSync(rest, changed);
  await sleep(REST_MS);
  const after = memory.now();
  memory.stop();
  const wanted = new Set(changed);
  const told = tallies.flatMap((tally) => tally.told);
  const sum = (value: (tally: StormTally) => number) =>
    tallies.reduce((total, tally) => total + value(tally), 0);
  const needless = told.filter((id) => !wanted.has(id)).length;
  return {
    gateways: ids.length,
    withinMs,
    onlineMs: await online,
    settledMs: Math.max(...tallies.map(({ ms }) => ms)),
    changed: changed.length,
    notInSync,
    needless,
    needed: sum(({ configMessages }) => configMessages) - needless,
    retries: sum((tally) => tally.retries),
    memory: { before: memory.before, peak: memory.peak, after },
    others,
  };
}

async function startEdges(natsUrl: string, namespace: string): Promise<Child<StormEdgeCalls>[]> {
  const edges = Array.from({ length: EDGES }, (_, n) =>
    forkModule<StormEdgeCalls>("./storm/edge.ts", `storm edge ${n + 1}`),
  );
  await Promise.all(
    edges.map((edge, n) => edge.peer.call("start", { natsUrl, namespace, nodeId: `storm-${n + 1}` })),
  );
  return edges;
}

async function settle({ peer }: Child<StormEdgeCalls>, gatewayIds: string[]): Promise<void> {
  await peer.call("wish", { gatewayIds, patch: wishOf(1) });
  await peer.call("settle", { gatewayIds });
}

async function wish(rest: RestClient, ids: readonly string[], round: number): Promise<void> {
  await inParallel(ids, (id) => rest.patch(`/v1/gateways/${id}/twin/desired`, wishOf(round)));
}

function wishOf(round: number): JsonObject {
  return { config: { interval: 60 * round, mode: "eco", limits: { low: 1, high: 9 * round } } };
}

async function countNotInSync(rest: RestClient, ids: readonly string[]): Promise<number> {
  let count = 0;
  await inParallel(ids, async (id) => {
    const { inSync } = await rest.get<{ inSync: boolean }>(`/v1/gateways/${id}/twin`);
    if (!inSync) count += 1;
  });
  return count;
}

async function inParallel(ids: readonly string[], work: (id: string) => Promise<unknown>): Promise<void> {
  const pending = ids.values();
  const worker = async () => {
    for (const id of pending) await work(id);
  };
  await Promise.all(Array.from({ length: WRITERS }, worker));
}

type Counts = { counts: Record<"ONLINE" | "OFFLINE", number> };

function untilOnline(rest: RestClient, count: number): Promise<void> {
  return until(rest, `${count} to be ONLINE`, ({ ONLINE }) => ONLINE >= count);
}

function untilOffline(rest: RestClient, count: number): Promise<void> {
  return until(rest, `${count} to be OFFLINE`, ({ OFFLINE }) => OFFLINE >= count);
}

async function until(
  rest: RestClient,
  what: string,
  isSo: (counts: Counts["counts"]) => boolean,
): Promise<void> {
  const deadline = Date.now() + GONE_MS;
  for (;;) {
    const { counts } = await rest.get<Counts>("/v1/presence:summary");
    if (isSo(counts)) return;
    if (Date.now() > deadline) throw new Error(`waited for ${what}; there are ${JSON.stringify(counts)}`);
    await sleep(POLL_MS);
  }
}
