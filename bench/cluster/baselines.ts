import { type Child, forkModule } from "../children.ts";
import type { Calls } from "../ipc.ts";
import type { CallsConsumerCalls } from "../servers/calls-consumer.ts";
import type { CallsWorkerCalls } from "../servers/calls-worker.ts";
import type { CompletedNote } from "../servers/completions.ts";
import type { FloorCalls } from "../servers/floor-consumer.ts";
import type { RedisConsumerCalls } from "../servers/redis-consumer.ts";
import { gatewayIds, openCredentials, type RunningVariant, type Variant } from "../variants/variant.ts";
import { GATEWAYS, IN_FLIGHT, IN_FLIGHT_ONE_BY_ONE, WINDOW } from "./load.ts";
import type { BenchServers } from "./servers.ts";

const IDS = gatewayIds(GATEWAYS);
const REDIS_CONNECTIONS = 4;
const SQL_CONNECTIONS = 10;

const COMMON = { gateways: GATEWAYS, window: WINDOW, creditsFrom: "consumer" } as const;

export function floor(servers: BenchServers): Variant {
  return {
    ...COMMON,
    kind: "floor",
    title: "S0 mosquitto + mqtt.js that only acknowledges",
    ackPoint: "the consumer has the message; nothing is parsed or stored",
    syncPolicy: "none",
    inFlight: IN_FLIGHT,
    start: async () => {
      const consumer = forkModule<FloorCalls>("./servers/floor-consumer.ts", "consumer of S0");
      const { url, port, pid } = servers.brokers.floor;
      await consumer.peer.call("start", { url });
      return running(port, [pid, consumer.pid], consumer);
    },
  };
}

export function redisHash(servers: BenchServers): Variant {
  return {
    ...COMMON,
    kind: "redis",
    title: "S1 mqtt.js + Redis hash",
    ackPoint:
      "HGETALL, merge, HSET; the consumer acknowledges after Redis has answered. " +
      `${REDIS_CONNECTIONS} connections to the broker and to Redis in one process; no failover`,
    syncPolicy:
      "Redis appendonly, synced once a second: a power cut loses up to a second of acknowledged updates",
    inFlight: IN_FLIGHT_ONE_BY_ONE,
    start: async () => {
      const consumer = forkModule<RedisConsumerCalls>("./servers/redis-consumer.ts", "consumer of S1");
      const { url: brokerUrl, port, pid } = servers.brokers.redis;
      const { url: redisUrl } = servers.redis;
      await consumer.peer.call("start", { brokerUrl, redisUrl, connections: REDIS_CONNECTIONS });
      const readTwins = () => consumer.peer.call("readTwins", { gatewayIds: IDS });
      return { ...running(port, [pid, servers.redis.pid, consumer.pid], consumer), readTwins };
    },
  };
}

export function callPerMessage(servers: BenchServers): Variant {
  return {
    ...COMMON,
    kind: "calls",
    title: "S2 one Moleculer call + one Sequelize update per message",
    ackPoint:
      "mqtt.js acknowledges BEFORE it is stored (a crash loses what is under way); counted after the call. A call " +
      `over NATS to a second process, which reads the row, merges and updates it; ${SQL_CONNECTIONS} SQL connections`,
    syncPolicy: "MariaDB, synced at each commit, one transaction per message",
    inFlight: IN_FLIGHT_ONE_BY_ONE,
    start: () => startCalls(servers),
  };
}

async function startCalls({ nats, mariadb, brokers, createDatabase }: BenchServers): Promise<RunningVariant> {
  const worker = forkModule<CallsWorkerCalls>("./servers/calls-worker.ts", "worker of S2");
  const consumer = forkModule<CallsConsumerCalls>("./servers/calls-consumer.ts", "consumer of S2");
  const databaseUrl = await createDatabase("bench_calls");
  const natsUrl = nats.url;
  const connections = SQL_CONNECTIONS;
  await worker.peer.call("start", { natsUrl, databaseUrl, connections, gatewayIds: IDS });
  await consumer.peer.call("start", { natsUrl, brokerUrl: brokers.calls.url });
  const serverPids = [brokers.calls.pid, nats.pid, mariadb.pid, worker.pid, consumer.pid];
  return {
    ...running(brokers.calls.port, serverPids, consumer),
    readTwins: () => worker.peer.call("readTwins", null),
    stop: async () => {
      await consumer.stop();
      await worker.stop();
    },
  };
}

function running<C extends Calls>(port: number, serverPids: number[], consumer: Child<C>): RunningVariant {
  return {
    port,
    serverPids,
    gateways: openCredentials(IDS),
    onCompleted: (listener) => consumer.peer.onNote((note) => listener((note as CompletedNote).completed)),
    stop: consumer.stop,
  };
}
