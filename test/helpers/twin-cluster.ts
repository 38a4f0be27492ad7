import type { ServiceBroker } from "moleculer";
import { connect } from "nats";
import { DEFAULT_LIMITS } from "../../actors/contracts/limits.ts";
import { ActorHost } from "../../actors/runtime/host.ts";
import type { ActorNode, AnyHost } from "../../actors/runtime/node.ts";
import type { CommitRow, Log } from "../../actors/runtime/ports.ts";
import { Routes } from "../../actors/runtime/routes.ts";
import { twinActor } from "../../actors/twin/twin.ts";
import { ActorRouter } from "../../mixins/actor-router.ts";
import { Downlinks } from "../../mixins/downlinks.ts";
import { gatewaysService } from "../../services/core/gateways/gateways.service.ts";
import { twinAsks } from "../../services/core/twins/asks.ts";
import { TwinLending } from "../../services/core/twins/lending.ts";
import { TrafficCount } from "../../services/core/twins/traffic.ts";
import { twinsService } from "../../services/core/twins/twins.service.ts";
import { openDatabase } from "../../stores/database.ts";
import { SqlActorStore } from "../../stores/sql/actor-store.ts";
import { clusterNode } from "./cluster-node.ts";
import type { natsBrokers } from "./nats-brokers.ts";
import { sharedServers } from "./servers.ts";

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const PARTITIONS = 8;

/** The real store; while it is held, what is committed stays so and the node does not hear of it. */
class HeldStore extends SqlActorStore {
  /** Commits that are done and not heard of. */
  held = 0;
  #held: PromiseWithResolvers<void> | undefined;

  hold(): void {
    this.#held = Promise.withResolvers();
  }

  letGo(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  override async commit(rows: readonly CommitRow[]) {
    const refused = await super.commit(rows);
    this.held += this.#held ? 1 : 0;
    await this.#held?.promise;
    return refused;
  }
}

/** A node with twins, as the product puts it together. */
export type TwinNode = {
  readonly nodeId: string;
  readonly broker: ServiceBroker;
  readonly store: HeldStore;
  readonly router: ActorRouter;
  readonly routes: Routes;
  readonly node: ActorNode;
  readonly host: AnyHost;
  readonly stop: () => Promise<void>;
};

export async function startTwinNode(
  brokers: ReturnType<typeof natsBrokers>,
  nodeId: string,
  databaseUrl: string,
): Promise<TwinNode> {
  const sequelize = await openDatabase(databaseUrl);
  const connection = await connect({ servers: sharedServers().natsUrl });
  const broker = brokers.create(nodeId);
  const [store, routes] = [new HeldStore(sequelize), new Routes()];
  const { namespace } = brokers;
  const onGone = (nodeIds: readonly string[]) => {
    for (const id of nodeIds) broker.registry.nodes.disconnected(id, true);
  };
  const node = clusterNode({ nodeId, namespace, sequelize, connection, routes }, { store, onGone });
  const refresh = () => node.ownership.look();
  const router = new ActorRouter({ type: "twin", partitionCount: PARTITIONS, routes, refresh });
  const counters = { count: () => undefined, gauge: () => undefined };
  const traffic = new TrafficCount({ caller: broker, counters, log: silent });
  const downlinks = new Downlinks({ caller: broker, counters, traffic });
  const host = new ActorHost({
    type: twinActor({ limits: DEFAULT_LIMITS }),
    partitionCount: PARTITIONS,
    store,
    committer: node.committer,
    publisher: { publish: async () => undefined },
    clock: Date.now,
    log: silent,
    maxWaiting: 10_000,
    sendDownlinks: (sent) => downlinks.send(sent),
    onFenced: () => void node.fenced(),
    mayAnswer: () => node.mayAnswer,
  });
  const publisher = { publish: async () => undefined };
  broker.createService(gatewaysService({ sequelize, clock: Date.now, publisher, log: silent }));
  const lending = new TwinLending({ host, router, broker });
  const asks = twinAsks({ nodeId: broker.nodeID, host, router, routes });
  broker.createService(
    twinsService({ node, host, asks, routes, downlinks, lending, views: lending, traffic }),
  );
  await node.start();
  await broker.start();
  const stop = async () => {
    store.letGo();
    await broker.stop();
    await node.stop();
    await connection.close();
    await sequelize.close();
  };
  return { nodeId, broker, store, router, routes, node, host, stop };
}
