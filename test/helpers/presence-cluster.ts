import type { ServiceBroker } from "moleculer";
import { connect, type NatsConnection } from "nats";
import type { Sequelize } from "sequelize";
import type { PresenceSignal } from "../../actors/contracts/presence.ts";
import { presenceActor } from "../../actors/presence/presence.ts";
import { DEFAULT_PRESENCE_SETTINGS } from "../../actors/presence/settings.ts";
import { ActorHost } from "../../actors/runtime/host.ts";
import type { CommitRow, Consumer, DeliveredRow, Log } from "../../actors/runtime/ports.ts";
import { Routes } from "../../actors/runtime/routes.ts";
import { ActorRouter } from "../../mixins/actor-router.ts";
import { call } from "../../mixins/bridge.ts";
import { gatewaysService } from "../../services/core/gateways/gateways.service.ts";
import { presenceService } from "../../services/core/presence/presence.service.ts";
import type { PresenceHost } from "../../services/core/presence/presence-host.ts";
import { Vitals } from "../../services/core/presence/vitals.ts";
import { openDatabase } from "../../stores/database.ts";
import { SqlActorStore } from "../../stores/sql/actor-store.ts";
import { clusterNode } from "./cluster-node.ts";
import { natsBrokers } from "./nats-brokers.ts";
import { freshDatabase, sharedServers } from "./servers.ts";
import { waitFor } from "./wait-for.ts";

const log: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const counters = { count: () => undefined, gauge: () => undefined };
const PARTITIONS = 8;

/** So short that a test can wait for them. */
const SETTINGS = { ...DEFAULT_PRESENCE_SETTINGS, graceMs: 100, stoppedGraceMs: 100, slackMs: 100 };

type PresenceNode = {
  readonly nodeId: string;
  readonly broker: ServiceBroker;
  readonly host: PresenceHost;
  readonly router: ActorRouter;
  readonly sequelize: Sequelize;
  /** As a deployment ends it. */
  readonly stop: () => Promise<void>;
  /** As a process that is suspended, and comes back when all is over: nobody reaches it, nothing is given back. */
  readonly kill: () => Promise<void>;
};

/** Nodes with presence, as the product puts them together, a registry and an edge; what they commit is kept here. */
export class PresenceCluster {
  readonly nodes: PresenceNode[] = [];
  readonly rows: DeliveredRow[] = [];
  readonly edge: ServiceBroker;
  readonly #brokers = natsBrokers();
  readonly #database: Awaited<ReturnType<typeof freshDatabase>>;
  readonly #consumers = new Map<string, Consumer>();
  readonly #killed: (() => Promise<void>)[] = [];
  readonly #publisher = {
    publish: async (row: CommitRow) => void this.rows.push(structuredClone({ ...row, first: 0 })),
  };

  /** Use `open`. */
  private constructor(database: Awaited<ReturnType<typeof freshDatabase>>) {
    this.#database = database;
    this.edge = this.#brokers.create("edge");
  }

  static async open(): Promise<PresenceCluster> {
    const cluster = new PresenceCluster(await freshDatabase());
    await cluster.edge.start();
    await cluster.#startRegistry();
    return cluster;
  }

  async join(nodeId: string): Promise<PresenceNode> {
    const sequelize = await openDatabase(this.#database.url);
    const connection = await connect({ servers: sharedServers().natsUrl });
    const node = await this.#start(nodeId, sequelize, connection);
    this.nodes.push(node);
    await this.untilOwned();
    return node;
  }

  /** For the next test. */
  async stopNodes(): Promise<void> {
    for (const end of this.#killed.splice(0)) await end();
    for (const { stop } of [...this.nodes]) await stop();
    this.rows.length = 0;
  }

  async close(): Promise<void> {
    await this.#brokers.stop();
    await this.#database.drop();
  }

  /** All partitions have an owner that can be called, and every node has some. */
  async untilOwned(): Promise<void> {
    await waitFor("all partitions to be owned", () => {
      const shares = this.nodes.map(({ host }) => [...host.partitions].length);
      return shares.every((n) => n > 0) && shares.reduce((sum, n) => sum + n, 0) === PARTITIONS;
    });
    await this.#brokers.untilKnown("presence.read", this.nodes.length);
  }

  /** As an edge does it: until the owner has taken it. */
  async tell(signal: Omit<PresenceSignal, "payload">, payload: object): Promise<void> {
    const signals = [{ ...signal, payload: Buffer.from(JSON.stringify(payload)) }];
    await waitFor(`the owner of ${signal.gatewayId} to take ${signal.kind}`, async () => {
      const nodeID = this.nodes[0]?.router.ownerOf(signal.gatewayId);
      if (!this.nodes.some(({ nodeId }) => nodeId === nodeID)) return false;
      const options = { nodeID: String(nodeID), timeout: 1000 };
      const outcomes = await call(
        this.edge,
        "presence.ingest",
        { edge: "mqtt-front", signals },
        options,
      ).catch(() => []);
      return outcomes[0]?.ok;
    });
  }

  /** What the bus does, as often as it likes. */
  async deliver(group: string, rows: readonly DeliveredRow[]): Promise<void> {
    const consumer = this.#consumers.get(group);
    if (!consumer) throw new Error(`nobody consumes as ${group}`);
    await consumer.handle({ sequence: 1, rows });
  }

  get(gatewayId: string) {
    return call(this.edge, "presence.get", { gatewayId });
  }

  async states(gatewayIds: readonly string[]): Promise<string[]> {
    return (await call(this.edge, "presence.states", { gatewayIds: [...gatewayIds] })).states;
  }

  /** The states of these gateways that were told of, in the order in which they were committed. */
  told(gatewayIds: readonly string[]): string[] {
    const changes = this.rows.flatMap((row) => row.changes);
    const events = changes.flatMap((change) =>
      gatewayIds.includes(change.actorId) ? (change.events ?? []) : [],
    );
    return (events as { type: string; to: string }[]).flatMap(({ type, to }) =>
      type === "presence.changed" ? [to] : [],
    );
  }

  async #startRegistry(): Promise<void> {
    const sequelize = await openDatabase(this.#database.url);
    const broker = this.#brokers.create("registry");
    const publisher = this.#publisher;
    broker.createService(gatewaysService({ sequelize, clock: Date.now, publisher, log }));
    broker.createService({ name: "twins", actions: { remove: () => null } });
    broker.createService({ name: "closing", stopped: () => sequelize.close() });
    await broker.start();
    await waitFor("the registry", () => this.edge.registry.actions.isAvailable("gateways.get"));
  }

  async #start(nodeId: string, sequelize: Sequelize, connection: NatsConnection): Promise<PresenceNode> {
    const broker = this.#brokers.create(nodeId);
    const [store, routes] = [new SqlActorStore(sequelize), new Routes()];
    const { namespace } = this.#brokers;
    const parts = { nodeId, namespace, sequelize, connection, routes };
    const node = clusterNode(parts, { store, sessionTtlMs: 1000 });
    const vitals = new Vitals({ partitionCount: PARTITIONS, clock: Date.now, counters });
    const host: PresenceHost = new ActorHost({
      type: presenceActor({ settings: SETTINGS, lastSeen: (gatewayId) => vitals.atDeadline(gatewayId) }),
      partitionCount: PARTITIONS,
      store,
      committer: node.committer,
      publisher: this.#publisher,
      clock: Date.now,
      log,
      maxWaiting: 10_000,
      sendDownlinks: () => undefined,
      onFenced: () => void node.fenced(),
      mayAnswer: () => node.mayAnswer,
    });
    const refresh = () => node.ownership.look();
    const router = new ActorRouter({ type: "presence", partitionCount: PARTITIONS, routes, refresh });
    const bus = { subscribe: (consumer: Consumer) => void this.#consumers.set(consumer.group, consumer) };
    broker.createService(
      presenceService({ nodeId, node, host, router, routes, vitals, bus, sequelize, counters, log }),
    );
    await node.start();
    await broker.start();
    const leave = () => {
      this.nodes.splice(
        this.nodes.findIndex((one) => one.nodeId === nodeId),
        1,
      );
      this.#brokers.brokers.splice(this.#brokers.brokers.indexOf(broker), 1);
    };
    const end = async () => {
      await broker.stop();
      await node.stop();
      await connection.close();
      await sequelize.close();
    };
    const stop = async () => {
      leave();
      await end();
    };
    const kill = async () => {
      leave();
      node.abandon();
      await broker.transit?.disconnect();
      this.#killed.push(end);
    };
    return { nodeId, broker, host, router, sequelize, stop, kill };
  }
}
