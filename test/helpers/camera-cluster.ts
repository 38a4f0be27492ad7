import type { ServiceBroker } from "moleculer";
import type { NatsConnection } from "nats";
import { cameraActor } from "../../actors/camera/camera.ts";
import type { CameraInfo } from "../../actors/camera/contract.ts";
import { type CameraRules, DEFAULT_CAMERA_RULES } from "../../actors/camera/rules.ts";
import { DomainError } from "../../actors/contracts/errors.ts";
import { ActorHost } from "../../actors/runtime/host.ts";
import { partitionOf } from "../../actors/runtime/partition-map.ts";
import type { Log } from "../../actors/runtime/ports.ts";
import { Routes } from "../../actors/runtime/routes.ts";
import { ActorRouter } from "../../mixins/actor-router.ts";
import { metricCounters } from "../../mixins/counters.ts";
import { cameraAsks } from "../../services/core/cameras/asks.ts";
import type { CameraHost } from "../../services/core/cameras/camera-host.ts";
import { camerasService } from "../../services/core/cameras/cameras.service.ts";
import { Errands } from "../../services/core/cameras/errands.ts";
import { CAMERA_SETTINGS } from "../../services/core/cameras/settings.ts";
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
const RULES: CameraRules = { ...DEFAULT_CAMERA_RULES, graceMs: 400, repeatMs: 500, firstRetryMs: 300 };
const SETTINGS = { ...CAMERA_SETTINGS, publicUrl: "http://127.0.0.1:1" };

/** A node with the cameras service, as the product puts it together. */
export type CameraNode = {
  readonly nodeId: string;
  readonly broker: ServiceBroker;
  readonly router: ActorRouter;
  readonly partitions: () => number;
  readonly stop: () => Promise<void>;
  /** Goes away as a killed process does: nothing is given back. It has to be stopped all the same. */
  readonly crash: () => Promise<void>;
};

type Brokers = ReturnType<typeof natsBrokers>;

export async function startCameraNode(
  brokers: Brokers,
  nodeId: string,
  databaseUrl: string,
): Promise<CameraNode> {
  const sequelize = await openDatabase(databaseUrl);
  const connection = await connectNats(sharedServers().natsUrl, { name: nodeId, log: silent });
  const broker = brokers.create(nodeId);
  const routes = new Routes();
  const { namespace } = brokers;
  const node = clusterNode({ nodeId, namespace, sequelize, connection, routes });
  const bus = cameraBus(namespace, connection);
  const counters = metricCounters(broker);
  const refresh = () => node.ownership.look();
  const router = new ActorRouter({ type: "camera", partitionCount: PARTITIONS, routes, refresh });
  const host: CameraHost = new ActorHost({
    type: cameraActor(RULES),
    partitionCount: PARTITIONS,
    store: new SqlActorStore(sequelize),
    committer: node.committer,
    publisher: bus,
    clock: Date.now,
    log: silent,
    maxWaiting: 10_000,
    sendDownlinks: (sent) => errands.send(sent),
    onFenced: () => void node.fenced(),
    mayAnswer: () => node.mayAnswer,
  });
  const asks = cameraAsks({ nodeId, host, router, routes });
  const errands = new Errands({ caller: broker, asks, settings: SETTINGS, counters, log: silent });
  const parts = { nodeId, node, host, asks, errands, router, routes, bus, counters };
  broker.createService(
    camerasService({ ...parts, settings: SETTINGS, rules: RULES, clock: Date.now, log: silent }),
  );
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

function cameraBus(namespace: string, connection: NatsConnection): JetStreamBus {
  const isTransient = (error: unknown) =>
    isTransientSqlError(error) || (error instanceof DomainError && error.retryable);
  const options = { connection, namespace, maxBytes: 64 * 1024 ** 2, log: silent, clock: Date.now };
  return new JetStreamBus({ ...options, isTransient });
}

type SentCommand = {
  readonly gatewayId: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly requestId: string;
};
type Answer = { readonly state: "SUCCEEDED" | "FAILED"; readonly result?: Record<string, unknown> };
/** How a gateway answers; throws what commands throw. */
type Gateway = (command: SentCommand) => Answer | Promise<Answer>;

export const answers: Gateway = ({ name, args }) => ({
  state: "SUCCEEDED",
  ...(name === "camera.startStream" && { result: { url: `rtsp://media/${args.streamId}` } }),
});

/** The rest of the system, as far as cameras see it: the registry, commands, and what twins and presence commit. */
export class CameraOutside {
  readonly broker: ServiceBroker;
  /** As gateways have got them: a request id has one. */
  readonly commands: SentCommand[] = [];
  gateway: Gateway = answers;
  readonly #ended = new Map<string, Promise<Answer>>();
  readonly #bus: JetStreamBus;
  readonly #connection: NatsConnection;
  readonly #positions = new Map<string, number>();

  private constructor(broker: ServiceBroker, bus: JetStreamBus, connection: NatsConnection) {
    this.broker = broker;
    this.#bus = bus;
    this.#connection = connection;
  }

  static async start(brokers: Brokers): Promise<CameraOutside> {
    const connection = await connectNats(sharedServers().natsUrl, { name: "outside", log: silent });
    const bus = cameraBus(brokers.namespace, connection);
    const outside = new CameraOutside(brokers.create("outside"), bus, connection);
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

  sent(gatewayId: string, name: string): SentCommand[] {
    return this.commands.filter((command) => command.gatewayId === gatewayId && command.name === name);
  }

  hello(gatewayId: string, boot: string, cameras?: readonly CameraInfo[]): Promise<void> {
    const event = { type: "twin.position.advanced", boot, ...(cameras && { cameras }) };
    return this.#publish("twin", gatewayId, event);
  }

  presence(gatewayId: string, to: "ONLINE" | "OFFLINE"): Promise<void> {
    return this.#publish("presence", gatewayId, {
      type: "presence.changed",
      from: "SUSPECT",
      to,
      reason: "",
    });
  }

  async #publish(type: string, actorId: string, event: object): Promise<void> {
    const partition = partitionOf(actorId, PARTITIONS);
    const key = `${type}/${partition}`;
    const pos = (this.#positions.get(key) ?? 0) + 1;
    this.#positions.set(key, pos);
    const changes = [{ actorId, time: Date.now(), events: [event] }];
    await this.#bus.publish({ type, partition, pos, epoch: 1, changes });
  }

  #carryOut(command: SentCommand): Promise<Answer> {
    const ended = this.#ended.get(command.requestId) ?? this.#give(command);
    this.#ended.set(command.requestId, ended);
    return ended;
  }

  async #give(command: SentCommand): Promise<Answer> {
    this.commands.push(command);
    return this.gateway(command);
  }

  #createServices(): void {
    const time = new Date(0).toISOString();
    type Get = { readonly params: { readonly gatewayId: string } };
    this.broker.createService({
      name: "gateways",
      actions: {
        get: ({ params: { gatewayId } }: Get) => {
          if (gatewayId === "nobody") throw new DomainError("GATEWAY_NOT_FOUND", { gatewayId });
          return { gatewayId, displayName: "", labels: {}, createTime: time, updateTime: time };
        },
      },
    });
    this.broker.createService({
      name: "commands",
      actions: {
        create: async ({ params }: { readonly params: SentCommand }) => {
          const { gatewayId, name, requestId } = params;
          const answer = await this.#carryOut(params);
          return { id: requestId, gatewayId, name, createTime: time, ...answer };
        },
      },
    });
  }
}
