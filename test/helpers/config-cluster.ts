import type { ServiceBroker } from "moleculer";
import type { NatsConnection } from "nats";
import { configActor } from "../../actors/config/config.ts";
import type { Sync } from "../../actors/config/contract.ts";
import type { ConfigRules } from "../../actors/config/reconcile.ts";
import { DomainError } from "../../actors/contracts/errors.ts";
import { ActorHost } from "../../actors/runtime/host.ts";
import { partitionOf } from "../../actors/runtime/partition-map.ts";
import type { CommitRow, Log } from "../../actors/runtime/ports.ts";
import { Routes } from "../../actors/runtime/routes.ts";
import { ActorRouter } from "../../mixins/actor-router.ts";
import { metricCounters } from "../../mixins/counters.ts";
import { configAsks } from "../../services/core/config/asks.ts";
import { configService } from "../../services/core/config/config.service.ts";
import { Deliveries } from "../../services/core/config/deliveries.ts";
import { openDatabase } from "../../stores/database.ts";
import { connectNats } from "../../stores/nats/connection.ts";
import { JetStreamBus } from "../../stores/nats/jetstream-bus.ts";
import { SqlActorStore } from "../../stores/sql/actor-store.ts";
import { isTransientSqlError } from "../../stores/sql/transient.ts";
import { clusterNode } from "./cluster-node.ts";
import type { natsBrokers } from "./nats-brokers.ts";
import { sharedServers } from "./servers.ts";

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const PARTITIONS = 8;
/** Attempts come soon, and are many: the product's take minutes. */
const RULES: ConfigRules = { firstWaitMs: 60, maxWaitMs: 300, maxAttempts: 50 };

/** A node with the config service, as the product puts it together. */
export type ConfigNode = {
  readonly nodeId: string;
  readonly broker: ServiceBroker;
  readonly router: ActorRouter;
  readonly partitions: () => number;
  readonly stop: () => Promise<void>;
  /** Goes away as a killed process does: nothing is given back. It has to be stopped all the same. */
  readonly crash: () => Promise<void>;
};

type Brokers = ReturnType<typeof natsBrokers>;

export async function startConfigNode(
  brokers: Brokers,
  nodeId: string,
  databaseUrl: string,
): Promise<ConfigNode> {
  const sequelize = await openDatabase(databaseUrl);
  const connection = await connectNats(sharedServers().natsUrl, { name: nodeId, log: silent });
  const broker = brokers.create(nodeId);
  const routes = new Routes();
  const { namespace } = brokers;
  const node = clusterNode({ nodeId, namespace, sequelize, connection, routes });
  const bus = configBus(namespace, connection);
  const metrics = metricCounters(broker);
  const refresh = () => node.ownership.look();
  const router = new ActorRouter({ type: "config", partitionCount: PARTITIONS, routes, refresh });
  const deliveries = new Deliveries({ caller: broker, counters: metrics, log: silent });
  const host = new ActorHost({
    type: configActor(RULES),
    partitionCount: PARTITIONS,
    store: new SqlActorStore(sequelize),
    committer: node.committer,
    publisher: bus,
    clock: Date.now,
    log: silent,
    maxWaiting: 10_000,
    sendDownlinks: (sent) => deliveries.send(sent),
    onFenced: () => void node.fenced(),
    mayAnswer: () => node.mayAnswer,
  });
  const asks = configAsks({ nodeId, host, router, routes });
  const options = { node, host, asks, bus, sequelize, clock: Date.now, metrics, log: silent };
  broker.createService(configService({ ...options, gaugeEveryMs: 100 }));
  await node.start();
  await broker.start();
  await bus.start();
  const stop = async () => {
    await broker.stop();
    await node.stop();
    await bus.stop();
    await connection.close();
    await sequelize.close();
  };
  const crash = async () => {
    node.abandon();
    await bus.stop();
  };
  return { nodeId, broker, router, partitions: () => host.counts.partitions, stop, crash };
}

function configBus(namespace: string, connection: NatsConnection): JetStreamBus {
  const isTransient = (error: unknown) =>
    isTransientSqlError(error) || (error instanceof DomainError && error.retryable);
  return new JetStreamBus({
    connection,
    namespace,
    maxBytes: 64 * 1024 ** 2,
    log: silent,
    clock: Date.now,
    isTransient,
  });
}

/** The rest of the system, as far as config sees it: the registry, twins that are told to deliver, and what they and presence commit. */
export class ConfigOutside {
  readonly broker: ServiceBroker;
  /** By gateway, in order: was it the full document? */
  readonly deliveries = new Map<string, boolean[]>();
  readonly #bus: JetStreamBus;
  readonly #connection: NatsConnection;
  readonly #positions = new Map<string, number>();

  private constructor(broker: ServiceBroker, bus: JetStreamBus, connection: NatsConnection) {
    this.broker = broker;
    this.#bus = bus;
    this.#connection = connection;
  }

  static async start(brokers: Brokers): Promise<ConfigOutside> {
    const connection = await connectNats(sharedServers().natsUrl, { name: "outside", log: silent });
    const bus = configBus(brokers.namespace, connection);
    const outside = new ConfigOutside(brokers.create("outside"), bus, connection);
    outside.#createServices();
    await outside.broker.start();
    await bus.start();
    return outside;
  }

  async stop(): Promise<void> {
    await this.broker.stop();
    await this.#bus.stop();
    await this.#connection.close();
  }

  /** A desired change, and what reports made of it, all in one row per partition. */
  twin(
    gatewayIds: readonly string[],
    desiredVersion: number,
    ...states: readonly Sync["state"][]
  ): Promise<void> {
    const events = states.map((state) => {
      const type = state === "open" ? "twin.desired.updated" : "twin.reported.updated";
      return { type, sync: { state, desiredVersion } };
    });
    return this.#publish("twin", gatewayIds, events);
  }

  presence(gatewayIds: readonly string[], to: "ONLINE" | "OFFLINE"): Promise<void> {
    const event = { type: "presence.changed", from: "SUSPECT", to, reason: "" };
    return this.#publish("presence", gatewayIds, [event]);
  }

  count(gatewayId: string): number {
    return this.deliveries.get(gatewayId)?.length ?? 0;
  }

  async #publish(type: string, gatewayIds: readonly string[], events: readonly object[]): Promise<void> {
    const byPartition = Map.groupBy(gatewayIds, (gatewayId) => partitionOf(gatewayId, PARTITIONS));
    const rows = [...byPartition].map(([partition, ids]): CommitRow => {
      const key = `${type}/${partition}`;
      const pos = (this.#positions.get(key) ?? 0) + 1;
      this.#positions.set(key, pos);
      const changes = ids.map((actorId) => ({ actorId, time: Date.now(), events }));
      return { type, partition, pos, epoch: 1, changes };
    });
    await Promise.all(rows.map((row) => this.#bus.publish(row)));
  }

  #createServices(): void {
    const time = new Date(0).toISOString();
    this.broker.createService({
      name: "gateways",
      actions: {
        get: ({ params }: { readonly params: { readonly gatewayId: string } }) => {
          const { gatewayId } = params;
          if (gatewayId === "nobody") throw new DomainError("GATEWAY_NOT_FOUND", { gatewayId });
          return { gatewayId, displayName: "", labels: {}, createTime: time, updateTime: time };
        },
      },
    });
    type Wanted = { readonly deliveries: readonly { readonly gatewayId: string; readonly full: boolean }[] };
    this.broker.createService({
      name: "twins",
      actions: {
        deliver: ({ params }: { readonly params: Wanted }) => {
          for (const { gatewayId, full } of params.deliveries)
            this.deliveries.set(gatewayId, [...(this.deliveries.get(gatewayId) ?? []), full]);
          return null;
        },
      },
    });
  }
}
