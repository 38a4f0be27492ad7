import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { ServiceBroker as Broker, type ServiceBroker, type ServiceSchema } from "moleculer";
import type { Sequelize } from "sequelize";
import { DEFAULT_LIMITS } from "./actors/contracts/limits.ts";
import { ActorHost } from "./actors/runtime/host.ts";
import { InProcessBus } from "./actors/runtime/in-process-bus.ts";
import { ActorNode } from "./actors/runtime/node.ts";
import type { Log, Session } from "./actors/runtime/ports.ts";
import { twinActor } from "./actors/twin/twin.ts";
import type { Environment } from "./env.ts";
import { broadcast } from "./mixins/bridge.ts";
import { type Counters, metricCounters } from "./mixins/counters.ts";
import { metricsText } from "./mixins/metrics-page.ts";
import { brokerOptions } from "./moleculer.config.ts";
import { accessService } from "./services/admin/access.service.ts";
import { apiService } from "./services/bff/api.service.ts";
import { idempotencyStore } from "./services/bff/idempotency-store.ts";
import { gatewaysService } from "./services/core/gateways/gateways.service.ts";
import { twinsService } from "./services/core/twins/twins.service.ts";
import { mqttFrontService } from "./services/edge/mqtt-front/mqtt-front.service.ts";
import { deadLettersService } from "./services/job/dead-letters.service.ts";
import { runsService, type ServiceName } from "./services/roles.ts";
import { openDatabase } from "./stores/database.ts";
import { SqlActorStore } from "./stores/sql/actor-store.ts";
import { SqlSessionStore } from "./stores/sql/session-store.ts";

const EMBEDDED_PARTITIONS = 16;
const MAX_WAITING_MESSAGES = 50_000;
/** A node that is silent this long has lost its partitions. */
const SESSION_TTL_MS = 3000;
const SNAPSHOT_LAG_MS = 2000;
const IDLE_MS = 30_000;
const MAX_IDLE_BYTES = 1024 ** 3;

/** A started node. */
export type Application = { readonly broker: ServiceBroker; readonly stop: () => Promise<void> };

/** Puts the parts together for one process on the embedded drivers, and starts them. */
export async function startApplication(
  env: Environment,
  onFatal: (reason: string) => void,
): Promise<Application> {
  const sequelize = await openData(env.DATA_DIR);
  const broker = new Broker(brokerOptions(env));
  const log = logOf(broker);
  const node = actorNode(env, sequelize, log, onFatal);
  const bus = new InProcessBus(log);
  const phase: Phase = { name: "starting" };
  const stop = async () => {
    phase.name = "stopping";
    // What accepts work stops first, so that the rest can finish it.
    for (const name of ["api", "mqtt-front"]) await stopService(broker, name);
    await broker.stop();
    await node.stop();
    await bus.stop();
    await sequelize.close();
  };
  try {
    await node.start();
    for (const schema of services(env, { broker, sequelize, node, bus, log, phase }))
      broker.createService(schema);
    await broker.start();
    phase.name = "running";
  } catch (error) {
    await stop();
    throw error;
  }
  return { broker, stop };
}

async function openData(dataDir: string): Promise<Sequelize> {
  try {
    mkdirSync(dataDir, { recursive: true });
    return await openDatabase(dataDir);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new Error(`DATA_DIR: '${dataDir}' cannot be used: ${problem}`);
  }
}

/** A node is ready when all its services run, and until it is told to stop. */
type Phase = { name: "starting" | "running" | "stopping" };

type Parts = {
  readonly broker: ServiceBroker;
  readonly sequelize: Sequelize;
  readonly node: ActorNode;
  readonly bus: InProcessBus;
  readonly log: Log;
  readonly phase: Phase;
};

function services(env: Environment, parts: Parts): ServiceSchema[] {
  const { broker, sequelize, node, bus, log, phase } = parts;
  const counters = metricCounters(broker);
  const host = twinHost(parts);
  const text = metricsText(broker);
  const makers: Record<ServiceName, () => ServiceSchema> = {
    gateways: () => gatewaysService({ sequelize, clock: Date.now }),
    twins: () => twinsService(node, host),
    access: () =>
      accessService({ sequelize, clock: Date.now, adminToken: env.ADMIN_TOKEN || undefined, announce }),
    api: () =>
      apiService({
        host: env.HTTP_HOST,
        port: env.HTTP_PORT,
        limits: DEFAULT_LIMITS,
        metricsText: () => {
          gaugeActors(counters, host, node);
          return text();
        },
        health: () => healthOf(node, phase),
        store: idempotencyStore({ sequelize, clock: Date.now }),
      }),
    "mqtt-front": () =>
      mqttFrontService({
        host: env.MQTT_HOST,
        port: env.MQTT_PORT || 0,
        limits: DEFAULT_LIMITS,
        clock: Date.now,
        counters,
      }),
    "dead-letters": () => deadLettersService({ bus, sequelize, counters }),
  };
  const announce = (token: string) => log.warn(`admin token, shown this once: ${token}`);
  return Object.entries(makers)
    .filter(([name]) => runsService(env.ROLES, name as ServiceName))
    .filter(([name]) => name !== "mqtt-front" || env.MQTT_PORT !== false)
    .map(([, make]) => make());
}

function healthOf(node: ActorNode, { name }: Phase) {
  const problems = [...(name === "running" ? [] : [`the node is ${name}`]), ...node.problems];
  return { ready: problems.length === 0, problems };
}

/** What changes all the time is looked at when somebody asks. */
function gaugeActors(counters: Counters, host: ReturnType<typeof twinHost>, node: ActorNode): void {
  for (const [name, value] of Object.entries(host.counts)) {
    counters.gauge(`gateway_twin.actors.${name.replace("Bytes", ".bytes")}`, value, { type: host.typeName });
  }
  counters.gauge("gateway_twin.commits", node.committer.commits);
}

function twinHost({ broker, node, bus, log, sequelize }: Parts) {
  return new ActorHost({
    type: twinActor({ limits: DEFAULT_LIMITS }),
    partitionCount: EMBEDDED_PARTITIONS,
    store: new SqlActorStore(sequelize),
    committer: node.committer,
    publisher: bus,
    clock: Date.now,
    log,
    maxWaiting: MAX_WAITING_MESSAGES,
    sendDownlinks: (downlinks) => {
      for (const downlink of downlinks) void broadcast(broker, "downlink.send", downlink);
    },
    onFenced: () => void node.fenced(),
  });
}

function actorNode(
  env: Environment,
  sequelize: Sequelize,
  log: Log,
  onFatal: (reason: string) => void,
): ActorNode {
  const session: Session = { nodeId: env.NODE_ID, host: hostname(), pid: process.pid };
  return new ActorNode({
    session,
    sessionTtlMs: SESSION_TTL_MS,
    store: new SqlActorStore(sequelize),
    sessions: new SqlSessionStore(sequelize),
    isGone: (other) => other.host === session.host && !isRunning(other.pid),
    clock: Date.now,
    log,
    onFenced: onFatal,
    snapshotLagMs: SNAPSHOT_LAG_MS,
    idleMs: IDLE_MS,
    maxIdleBytes: MAX_IDLE_BYTES,
  });
}

/** In a container every process may have the same pid: our own pid in an old session means that one is gone. */
function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function stopService(broker: ServiceBroker, name: string): Promise<void> {
  const service = broker.getLocalService(name);
  if (service) await broker.destroyService(service);
}

function logOf(broker: ServiceBroker): Log {
  const { logger } = broker;
  return {
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
  };
}
