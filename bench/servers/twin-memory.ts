import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Sequelize } from "sequelize";
import { DEFAULT_LIMITS } from "../../actors/contracts/limits.ts";
import { ActorHost } from "../../actors/runtime/host.ts";
import { ActorNode } from "../../actors/runtime/node.ts";
import type { Log } from "../../actors/runtime/ports.ts";
import { Routes } from "../../actors/runtime/routes.ts";
import { NO_SIGNALS } from "../../actors/runtime/signals.ts";
import { twinActor } from "../../actors/twin/twin.ts";
import { openDatabase } from "../../stores/database.ts";
import { SqlActorStore } from "../../stores/sql/actor-store.ts";
import { SqlSessionStore } from "../../stores/sql/session-store.ts";
import { serve } from "../ipc.ts";
import type { MemoryCalls, Rss } from "../parts/memory-calls.ts";

const IN_FLIGHT = 2_000;
const IDLE_MS = 1_000;
const SETTLE_SECONDS = 15;
/** 16 leaves; as JSON text about 580 bytes. */
const LEAVES = 16;

const log: Log = { info: () => undefined, warn: console.warn, error: console.error };
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

type Filled = {
  readonly sequelize: Sequelize;
  readonly node: ActorNode;
  readonly host: ReturnType<typeof hostOn>;
};
let filled: Filled | undefined;

function rssAfterCollection(): Rss {
  collect();
  const start = performance.now();
  collect();
  return { rss: process.memoryUsage.rss(), pauseMs: performance.now() - start };
}

async function open(dataDir: string): Promise<Filled> {
  const sequelize = await openDatabase(dataDir);
  const store = new SqlActorStore(sequelize);
  const node = new ActorNode({
    session: { nodeId: "bench", instanceId: "bench", host: "bench", pid: process.pid, roles: ["all"] },
    sessionTtlMs: 3000,
    signals: NO_SIGNALS,
    routes: new Routes(),
    isExclusive: true,
    store,
    sessions: new SqlSessionStore(sequelize),
    isGone: () => true,
    clock: Date.now,
    monotonic: () => performance.now(),
    log,
    onFatal: (reason) => {
      throw new Error(reason);
    },
    onGone: () => undefined,
    snapshotLagMs: 2000,
    idleMs: IDLE_MS,
    maxIdleBytes: 4 * 1024 ** 3,
  });
  const host = hostOn(node, store);
  await node.start();
  await node.serve(host);
  return { sequelize, node, host };
}

function hostOn(node: ActorNode, store: SqlActorStore) {
  return new ActorHost({
    type: twinActor({ limits: DEFAULT_LIMITS }),
    partitionCount: 16,
    store,
    committer: node.committer,
    publisher: { publish: async () => undefined },
    clock: Date.now,
    log,
    maxWaiting: IN_FLIGHT * 2,
    sendDownlinks: () => undefined,
    onFenced: () => undefined,
    mayAnswer: () => true,
  });
}

function stateOf(number: number): Record<string, string> {
  const text = String(number).padStart(9, "0");
  return Object.fromEntries(
    Array.from({ length: LEAVES }, (_, leaf) => [`measurement-${leaf + 10}`, `${text}-${leaf + 10_000}-`]),
  );
}

async function report({ host }: Filled, twins: number): Promise<void> {
  for (let at = 0; at < twins; at += IN_FLIGHT) {
    const batch = Array.from({ length: Math.min(IN_FLIGHT, twins - at) }, (_, i) => {
      const params = { patch: stateOf(at + i), boot: "b1", seq: 1 };
      return host.ask(`gateway-${at + i}`, { name: "reportState", params });
    });
    const failed = (await Promise.all(batch)).find((outcome) => !outcome.ok);
    if (failed) throw new Error(`a twin was not filled: ${JSON.stringify(failed)}`);
  }
}

/** V8 gives the pages of what was hot back to the system only some seconds later. */
async function settledRss(): Promise<Rss> {
  let lowest = rssAfterCollection().rss;
  for (let quiet = 0; quiet < SETTLE_SECONDS; quiet += 1) {
    await sleep(1000);
    const { rss } = process.memoryUsage();
    if (rss > lowest * 0.99) continue;
    lowest = rss;
    quiet = 0;
  }
  return { rss: lowest, pauseMs: rssAfterCollection().pauseMs };
}

async function allIdle({ host }: Filled, twins: number): Promise<void> {
  while (host.counts.hot > 0 || host.counts.idle !== twins) await sleep(50);
}

/** The registry's rows of the same gateways, so that a start finds what it would find in the field. */
function register({ sequelize }: Filled, twins: number) {
  return sequelize.query(
    `INSERT INTO gateways (gateway_id, display_name, labels, password_hash, create_time, update_time, deleting)
     WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1)
     SELECT 'gateway-' || i, 'Gateway ' || i, '{}', 'none', 0, 0, 0 FROM n`,
    { bind: [twins] },
  );
}

serve<MemoryCalls>({
  empty: ({ dataDir }) =>
    open(dataDir).then((opened) => {
      filled = opened;
      return rssAfterCollection();
    }),
  fill: async ({ twins }) => {
    if (!filled) throw new Error("fill comes after empty");
    await report(filled, twins);
    await allIdle(filled, twins);
    return { documentBytes: Buffer.byteLength(JSON.stringify(stateOf(0))), ...(await settledRss()) };
  },
  close: async ({ twins }) => {
    if (!filled) throw new Error("close comes after empty");
    await register(filled, twins);
    await filled.node.retire(filled.host);
    await filled.node.stop();
    await filled.sequelize.close();
    return null;
  },
});
