import type { ActorHost } from "../actors/runtime/host.ts";
import type { AnyPartition } from "../actors/runtime/partition.ts";
import type { Environment } from "../env.ts";
import type { Downlinks } from "../mixins/downlinks.ts";
import { FailoverGaps, type Seams } from "../mixins/metrics/failover-gaps.ts";
import { measuredSessions } from "../mixins/metrics/measured-sessions.ts";
import { measuredStore } from "../mixins/metrics/measured-store.ts";
import pack from "../package.json" with { type: "json" };
import { SqlActorStore } from "../stores/sql/actor-store.ts";
import { poolOf } from "../stores/sql/pool.ts";
import { SqlSessionStore } from "../stores/sql/session-store.ts";
import { waitingStatements } from "../stores/sqlite/dialect-module.ts";
import { healthOf } from "./health.ts";
import type { Messaging } from "./messaging.ts";
import type { Parts } from "./parts.ts";

type AnyHost = Pick<
  ActorHost<never, never, never, never>,
  "counts" | "answered" | "maxWaiting" | "typeName"
> & {
  readonly partitions: Iterable<Pick<AnyPartition, "pos" | "publishedPos" | "stored">>;
};

const PENDING_MS = 5000;

type SeamParts = Pick<Parts, "sequelize" | "metrics"> & { readonly messages: Pick<Messaging, "signals"> };

/** What ownership works with, with what it does counted. */
export function measuredSeams(env: Environment, { sequelize, messages, metrics }: SeamParts): Seams {
  const monotonic = () => performance.now();
  return new FailoverGaps({ nodeId: env.NODE_ID, metrics, monotonic }).over({
    store: measuredStore(new SqlActorStore(sequelize), metrics, monotonic),
    sessions: measuredSessions(new SqlSessionStore(sequelize), metrics, monotonic),
    signals: messages.signals,
  });
}

/** Asks a few times a minute how far the groups are, until the returned function is called. */
export function watchPending({ bus, metrics }: Parts): () => void {
  async function look(): Promise<void> {
    for (const { group, count } of await bus.pending())
      metrics.gauge("gateway_twin.bus.pending", count, { group });
  }
  // While NATS is away the last numbers stay: gateway_twin_server_up tells.
  const timer = setInterval(() => void look().catch(() => undefined), PENDING_MS).unref();
  return () => clearInterval(timer);
}

/** What changes all the time is looked at when somebody asks. */
export function gaugeNode(parts: Parts, hosts: readonly AnyHost[]): void {
  const { metrics, env } = parts;
  metrics.onScrape(() => {
    const labels = { version: pack.version, node: process.version };
    metrics.gauge("gateway_twin.build.info", 1, labels);
    metrics.gauge("gateway_twin.process.pid", process.pid);
    for (const host of hosts) gaugeActors(parts, host);
    totalEvictions(parts);
    gaugeServers(parts);
    if (env.DATABASE_URL) gaugePool(parts);
    metrics.gauge("gateway_twin.sqlite.waiting", waitingStatements());
  });
}

export function gaugeDownlinks({ metrics }: Parts, type: string, downlinks: Downlinks): void {
  metrics.onScrape(() => {
    metrics.gauge("gateway_twin.downlinks.waiting.bytes", downlinks.waitingBytes, { type });
    metrics.gauge("gateway_twin.downlinks.waiting.limit.bytes", downlinks.maxBytes, { type });
  });
}

function gaugeActors(
  { metrics }: Parts,
  { counts, answered, maxWaiting, typeName, partitions }: AnyHost,
): void {
  const type = typeName;
  for (const [name, value] of Object.entries(counts))
    metrics.gauge(`gateway_twin.actors.${name.replace("Bytes", ".bytes")}`, value, { type });
  metrics.gauge("gateway_twin.actors.waiting.limit", maxWaiting, { type });
  metrics.total("gateway_twin.actors.answers.total", answered.ok, { type, result: "ok" });
  metrics.total("gateway_twin.actors.answers.total", answered.refused, { type, result: "refused" });
  let [unpublished, undocumented] = [0, 0];
  for (const { pos, publishedPos, stored } of partitions) {
    unpublished += Math.max(0, pos - publishedPos);
    undocumented += Math.max(0, pos - stored.snapshotPos);
  }
  metrics.gauge("gateway_twin.outbox.rows.behind", unpublished, { type });
  metrics.gauge("gateway_twin.snapshot.rows.behind", undocumented, { type });
}

function totalEvictions({ metrics, node }: Parts): void {
  const { idle, store } = node.evictions;
  metrics.total("gateway_twin.actors.evictions.total", idle, { to: "idle" });
  metrics.total("gateway_twin.actors.evictions.total", store, { to: "store" });
}

function gaugeServers({ metrics, node, phase, nats, shared }: Parts): void {
  const up = (server: string, isUp: boolean) =>
    metrics.gauge("gateway_twin.server.up", Number(isUp), { server });
  metrics.gauge("gateway_twin.node.ready", Number(healthOf(node, phase).ready));
  up("database", node.committer.problem === undefined);
  if (nats) up("nats", nats.isConnected);
  if (shared) up("redis", shared.connection.isReady);
}

function gaugePool({ metrics, sequelize }: Parts): void {
  const { used, idle, limit, waiting } = poolOf(sequelize);
  metrics.gauge("gateway_twin.database.pool.connections", used, { state: "used" });
  metrics.gauge("gateway_twin.database.pool.connections", idle, { state: "idle" });
  metrics.gauge("gateway_twin.database.pool.limit", limit);
  metrics.gauge("gateway_twin.database.pool.waiting", waiting);
}
