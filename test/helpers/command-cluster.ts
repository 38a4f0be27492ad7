import { randomUUID } from "node:crypto";
import { Socket } from "node:net";
import type { ServiceBroker } from "moleculer";
import { connectAsync } from "mqtt";
import { commandActor } from "../../actors/command/command.ts";
import { DomainError } from "../../actors/contracts/errors.ts";
import type { JsonObject } from "../../actors/contracts/json.ts";
import { DEFAULT_LIMITS } from "../../actors/contracts/limits.ts";
import { ActorHost } from "../../actors/runtime/host.ts";
import type { Log } from "../../actors/runtime/ports.ts";
import { Routes } from "../../actors/runtime/routes.ts";
import { ActorRouter } from "../../mixins/actor-router.ts";
import { metricCounters } from "../../mixins/counters.ts";
import { Downlinks } from "../../mixins/downlinks.ts";
import { learnOwnerHint } from "../../mixins/owner-hint.ts";
import { hashPassword, RANDOM_SECRET_COST } from "../../mixins/password.ts";
import { freePort } from "../../scripts/servers/free-port.ts";
import { commandAsks } from "../../services/core/commands/asks.ts";
import { commandsService } from "../../services/core/commands/commands.service.ts";
import { OwnedCommands } from "../../services/core/commands/owned-commands.ts";
import { mqttFrontService } from "../../services/edge/mqtt-front/mqtt-front.service.ts";
import { openDatabase } from "../../stores/database.ts";
import { MemoryCounters } from "../../stores/memory/shared-counters.ts";
import { connectNats } from "../../stores/nats/connection.ts";
import { JetStreamBus } from "../../stores/nats/jetstream-bus.ts";
import { SqlActorStore } from "../../stores/sql/actor-store.ts";
import { isTransientSqlError } from "../../stores/sql/transient.ts";
import { clusterNode } from "./cluster-node.ts";
import type { natsBrokers } from "./nats-brokers.ts";
import { sharedServers } from "./servers.ts";

const log: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const PARTITIONS = 8;

type Brokers = ReturnType<typeof natsBrokers>;
export type CommandNode = Awaited<ReturnType<typeof startCommandNode>>;
export type EdgeNode = Awaited<ReturnType<typeof startEdgeNode>>;

/** What both kinds of nodes have: a broker, the database, and the routes. */
async function startParts(brokers: Brokers, nodeId: string, databaseUrl: string) {
  const sequelize = await openDatabase(databaseUrl);
  const connection = await connectNats(sharedServers().natsUrl, { name: nodeId, log });
  const broker = brokers.create(nodeId);
  const routes = new Routes();
  const { namespace } = brokers;
  const node = clusterNode({ nodeId, namespace, sequelize, connection, routes });
  const refresh = () => node.ownership.look();
  const router = new ActorRouter({ type: "command", partitionCount: PARTITIONS, routes, refresh });
  const close = async () => {
    await node.stop();
    await connection.close();
    await sequelize.close();
  };
  return { nodeId, sequelize, connection, broker, routes, node, router, close };
}

/** A node with the commands service, as the product puts it together. */
export async function startCommandNode(brokers: Brokers, nodeId: string, databaseUrl: string) {
  const parts = await startParts(brokers, nodeId, databaseUrl);
  const { broker, node, routes, router, sequelize, connection } = parts;
  const counters = metricCounters(broker);
  const bus = new JetStreamBus({
    connection,
    namespace: brokers.namespace,
    maxBytes: 64 * 1024 ** 2,
    log,
    clock: Date.now,
    isTransient: isTransientSqlError,
  });
  const owned = new OwnedCommands(PARTITIONS);
  const downlinks = new Downlinks({ caller: broker, counters });
  const host = new ActorHost({
    type: commandActor(),
    partitionCount: PARTITIONS,
    store: new SqlActorStore(sequelize),
    committer: node.committer,
    publisher: owned.tap(bus),
    clock: Date.now,
    log,
    maxWaiting: 10_000,
    sendDownlinks: (sent) => downlinks.send(sent),
    onFenced: () => void node.fenced(),
    mayAnswer: () => node.mayAnswer,
  });
  const own = { nodeId, node, host, owned, router, routes, downlinks };
  const asks = commandAsks({ nodeId, host, router, routes });
  broker.createService(commandsService({ ...own, asks, bus, sequelize, clock: Date.now, counters, log }));
  await node.start();
  await broker.start();
  await bus.start();
  const stop = async () => {
    await broker.stop();
    await bus.stop();
    await parts.close();
  };
  /** Goes away as a killed process does: nothing is given back. It has to be stopped all the same. */
  const crash = async () => {
    node.abandon();
    await bus.stop();
  };
  return { nodeId, broker, router, owned, partitions: () => host.counts.partitions, stop, crash };
}

/** A node with a front of its own. */
export async function startEdgeNode(brokers: Brokers, nodeId: string, databaseUrl: string) {
  const { broker, node, routes, router, close } = await startParts(brokers, nodeId, databaseUrl);
  const port = await freePort("127.0.0.1");
  const always = { ownerOf: () => "outside", learn: () => undefined, onChange: () => () => undefined };
  broker.createService(
    mqttFrontService({
      host: "127.0.0.1",
      port,
      limits: DEFAULT_LIMITS,
      clock: Date.now,
      counters: metricCounters(broker),
      routes: always,
      commands: {
        ownerOf: (gatewayId) => router.ownerOf(gatewayId),
        learn: (data) => learnOwnerHint({ type: "NOT_OWNER", data }, routes),
        onChange: (listener) => routes.onChange(listener),
      },
      attempts: new MemoryCounters(1000, Date.now),
    }),
  );
  await node.start();
  await broker.start();
  const stop = async () => {
    await broker.stop();
    await close();
  };
  return { nodeId, port, stop };
}

/** The rest of the system, as far as commands see it: the registry, twins and presence. */
export async function startOutside(brokers: Brokers): Promise<ServiceBroker & { offline: Set<string> }> {
  const broker = brokers.create("outside");
  const hash = await hashPassword("secret", RANDOM_SECRET_COST);
  const offline = new Set<string>();
  type Named = { readonly params: { readonly gatewayId: string } };
  broker.createService({
    name: "gateways",
    actions: {
      get: ({ params: { gatewayId } }: Named) => {
        if (gatewayId === "nobody") throw new DomainError("GATEWAY_NOT_FOUND", { gatewayId });
        return { gatewayId, displayName: "", labels: {} };
      },
      passwordHash: () => ({ hash }),
    },
  });
  type Listed = { readonly params: { readonly gatewayIds: readonly string[] } };
  broker.createService({
    name: "presence",
    actions: {
      states: ({ params: { gatewayIds } }: Listed) => ({
        states: gatewayIds.map((id) => (offline.has(id) ? "OFFLINE" : "ONLINE")),
      }),
    },
  });
  type Batch = { readonly params: { readonly messages: readonly object[] } };
  broker.createService({
    name: "twins",
    actions: { ingest: ({ params }: Batch) => params.messages.map(() => ({ ok: true, reply: [] })) },
  });
  await broker.start();
  return Object.assign(broker, { offline });
}

type Order = {
  readonly id: string;
  readonly name: string;
  readonly args: JsonObject;
  readonly deadline: number;
  readonly replyTo: string;
};

/** A gateway that remembers its orders, and carries them out as it is told to. */
export async function commandGateway(port: number, gatewayId: string, answers = true) {
  const client = await connectAsync({
    host: "127.0.0.1",
    port,
    protocolVersion: 4,
    clientId: gatewayId,
    username: gatewayId,
    password: "secret",
    reconnectPeriod: 0,
  });
  // Else its answer waits behind its PUBACK for the front's delayed TCP acknowledgement.
  if (client.stream instanceof Socket) client.stream.setNoDelay(true);
  const orders: Order[] = [];
  const errors: JsonObject[] = [];
  const up = (kind: string, payload: object) =>
    client.publishAsync(`gw/${gatewayId}/up/${kind}`, JSON.stringify(payload), { qos: 1 });
  const answer = ({ id, replyTo, args }: Order, more: object = { status: "OK", result: { args } }) =>
    client.publishAsync(replyTo, JSON.stringify({ id, ...more }), { qos: 1 });
  client.on("error", () => undefined);
  client.on("message", (topic, bytes) => {
    const payload = JSON.parse(bytes.toString());
    if (topic.endsWith("/down/error")) errors.push(payload);
    if (!topic.endsWith("/down/command")) return;
    orders.push(payload);
    if (answers) answer(payload).catch(() => undefined);
  });
  await client.subscribeAsync(`gw/${gatewayId}/down/#`, { qos: 1 });
  await up("hello", { boot: randomUUID() });
  return { orders, errors, up, answer, client, end: () => client.endAsync(true) };
}
