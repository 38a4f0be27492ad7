import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { ServiceBroker as Broker, type ServiceBroker } from "moleculer";
import { ActorNode } from "../actors/runtime/node.ts";
import { Routes } from "../actors/runtime/routes.ts";
import type { Environment } from "../env.ts";
import { metricCounters } from "../mixins/counters.ts";
import type { Seams } from "../mixins/metrics/failover-gaps.ts";
import { measuredBus } from "../mixins/metrics/measured-bus.ts";
import { watchProcess } from "../mixins/metrics/process-watch.ts";
import { brokerOptions } from "../moleculer.config.ts";
import { AuditWriter } from "../services/admin/audit/audit-writer.ts";
import { blobStore } from "./blobs.ts";
import { database } from "./database.ts";
import { logsOf } from "./log.ts";
import { failLostCalls } from "./lost-calls.ts";
import { messaging } from "./messaging.ts";
import { measuredSeams, watchPending } from "./metrics.ts";
import type { Parts, Phase } from "./parts.ts";
import { isRunning } from "./process.ts";
import { services } from "./services.ts";
import { readLeases, sharedCache } from "./shared-cache.ts";
import { actorSpans, traces } from "./traces.ts";

/** A node that is silent this long has lost its partitions. */
const SESSION_TTL_MS = 3000;
const SNAPSHOT_LAG_MS = 2000;
const IDLE_MS = 30_000;
const MAX_IDLE_BYTES = 1024 ** 3;
/** Other nodes have so long to take over what a stopping one owns. */
const DRAIN_MS = 10_000;

/** A started node. */
export type Application = { readonly broker: ServiceBroker; readonly stop: () => Promise<void> };

/** Puts the parts of one node together and starts them: embedded drivers, or those of the servers in `env`. */
export async function startApplication(
  env: Environment,
  onFatal: (reason: string) => void,
): Promise<Application> {
  const logs = logsOf(env);
  const log = logs.named("application");
  const shared = sharedCache(env, logs.named("redis"));
  const broker = new Broker(brokerOptions(env, logs, shared?.cacher));
  const closing: (() => unknown)[] = [() => logs.flush(), () => shared?.connection.close()];
  const phase: Phase = { name: "starting" };
  const stop = async () => {
    phase.name = "stopping";
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const sequelize = await database(env, logs.named("database"));
    closing.push(() => sequelize.close());
    const blobs = blobStore({ env, sequelize });
    const metrics = metricCounters(broker);
    logs.countIn(metrics);
    const spans = traces(env, { broker, log: logs.named("traces"), metrics });
    const audit = new AuditWriter({ sequelize, counters: metrics, log: logs.named("audit") });
    closing.push(() => audit.stop());
    const messages = await messaging(env, { sequelize, log: logs.named("bus"), metrics });
    closing.push(() => messages.close());
    const routes = new Routes();
    const leases = readLeases(shared, () => node.mayAnswer);
    const seams = measuredSeams(env, { sequelize, messages, metrics });
    const node = actorNode(
      env,
      { broker, ...seams, routes, log: logs.named("actors"), leases, spans },
      onFatal,
    );
    closing.push(() => node.stop());
    await node.start();
    const bus = measuredBus(messages.bus, metrics, () => performance.now());
    const { store } = seams;
    const nats = env.NATS_URL ? messages.signals : undefined;
    const parts: Parts = {
      env,
      broker,
      sequelize,
      node,
      routes,
      store,
      bus,
      nats,
      log,
      logs,
      metrics,
      phase,
      shared,
      leases,
      audit,
      blobs,
      spans,
    };
    closing.push(watchProcess(metrics), watchPending(parts));
    for (const schema of services(parts)) broker.createService(schema);
    leases?.start();
    closing.push(
      () => leases?.stop(),
      () => stopServices(parts),
    );
    await broker.start();
    void failLostCalls(broker);
    await bus.start();
    phase.name = "running";
  } catch (error) {
    await stop();
    throw error;
  }
  return { broker, stop };
}

/** What is owned goes first, while all still works; then what accepts work, so that the rest can finish it. */
async function stopServices({ broker, node, bus }: Parts): Promise<void> {
  await node.drain(DRAIN_MS);
  for (const name of ["api", "mqtt-front", "mqtt-bridge"]) {
    const service = broker.getLocalService(name);
    if (service) await broker.destroyService(service);
  }
  await broker.stop();
  await bus.stop();
}

type NodeParts = Pick<Parts, "broker" | "routes" | "log" | "leases" | "spans"> & Seams;

function actorNode(
  env: Environment,
  { broker, store, sessions, signals, routes, log, leases, spans }: NodeParts,
  onFatal: (reason: string) => void,
): ActorNode {
  const session = {
    nodeId: env.NODE_ID,
    instanceId: randomUUID(),
    host: hostname(),
    pid: process.pid,
    roles: env.ROLES,
  };
  return new ActorNode({
    session,
    sessionTtlMs: SESSION_TTL_MS,
    store,
    sessions,
    signals,
    routes,
    isExclusive: env.NATS_URL === "",
    isGone: (other) => other.host === session.host && !isRunning(other.pid),
    clock: Date.now,
    monotonic: () => performance.now(),
    log,
    onFatal,
    onGone: (nodeIds) => forget(broker, nodeIds),
    leases,
    snapshotLagMs: SNAPSHOT_LAG_MS,
    idleMs: IDLE_MS,
    maxIdleBytes: MAX_IDLE_BYTES,
    spans: actorSpans(env, spans),
  });
}

/**
 * Calls on their way to these nodes fail now, not when a heartbeat is missed; one that lives is asked to come back.
 * This node may be among them, when its own session has ended: it stays.
 */
function forget({ nodeID, registry }: ServiceBroker, nodeIds: readonly string[]): void {
  for (const nodeId of nodeIds) {
    if (nodeId === nodeID || !registry.nodes.get(nodeId)?.available) continue;
    registry.nodes.disconnected(nodeId, true);
    void registry.discoverer.discoverNode(nodeId);
  }
}
