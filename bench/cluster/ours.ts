import type { Child } from "../children.ts";
import type { CommitWatchCalls } from "../servers/commit-watch.ts";
import type { CompletedNote } from "../servers/completions.ts";
import { provision, readAll } from "../variants/product.ts";
import { gatewayIds, openCredentials, type RunningVariant, type Variant } from "../variants/variant.ts";
import { GATEWAYS, IN_FLIGHT, IN_FLIGHT_ONE_EACH, WINDOW } from "./load.ts";
import type { ProductCluster } from "./product-cluster.ts";
import type { BenchServers } from "./servers.ts";

/** Several nodes that poll the store and renew their sessions are never quite idle. */
const IDLE = { share: 0.3, limitMs: 60_000 };
const SYNC = "MariaDB, synced at each commit (innodb_flush_log_at_trx_commit=1, no binlog), group commit";

type Parts = { servers: BenchServers; cluster: ProductCluster; watch: Child<CommitWatchCalls> };

const COMMON = {
  gateways: GATEWAYS,
  window: WINDOW,
  idle: IDLE,
  syncPolicy: SYNC,
} as const;

export function front({ servers, cluster }: Parts): Variant {
  return {
    ...COMMON,
    kind: "front",
    title: "gateway-twin, front",
    ackPoint: "PUBACK of the front after the commit that holds the change",
    creditsFrom: "puback",
    inFlight: IN_FLIGHT,
    start: async () => {
      const gateways = await provision(cluster.rest, gatewayIds(GATEWAYS, "front"));
      return {
        port: cluster.mqttPort,
        get serverPids() {
          return [servers.nats.pid, servers.mariadb.pid, ...cluster.pids];
        },
        gateways,
        readTwins: () => readAll(cluster.rest, gateways),
        product: { rest: cluster.rest, mqttPort: cluster.mqttPort },
        stop: async () => {},
      };
    },
  };
}

export function bridge(parts: Parts): Variant {
  return {
    ...COMMON,
    kind: "bridge",
    title: "gateway-twin, bridge",
    ackPoint:
      "mosquitto acknowledges by itself, before. A message counts when its change is seen on the event bus, which " +
      "is after its commit; in the row with app-level acks, when its gateway has got `down/ack`",
    creditsFrom: "consumer",
    inFlight: IN_FLIGHT_ONE_EACH,
    wantsAcks: true,
    start: () => startBridge(parts),
  };
}

async function startBridge({ servers, cluster, watch }: Parts): Promise<RunningVariant> {
  const ids = gatewayIds(GATEWAYS, "bridge");
  await provision(cluster.rest, ids);
  const gateways = openCredentials(ids);
  const { port, pid } = servers.brokers.bridge;
  return {
    port,
    get serverPids() {
      return [pid, servers.nats.pid, servers.mariadb.pid, ...cluster.pids];
    },
    harnessPids: [watch.pid],
    gateways,
    onCompleted: (listener) => watch.peer.onNote((note) => listener((note as CompletedNote).completed)),
    readTwins: () => readAll(cluster.rest, gateways),
    stop: async () => {},
  };
}
