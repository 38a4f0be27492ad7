import { setTimeout as sleep } from "node:timers/promises";
import { startTraffic } from "../../scripts/observe/traffic.ts";
import { scrapeNodes, startPrometheus } from "../../scripts/servers/prometheus.ts";
import { healthyTargets, query, type Sample } from "../../scripts/servers/prometheus-api.ts";
import { temporaryDirectory } from "./actor-harness.ts";
import { type Product, startProduct } from "./product.ts";
import { freshDatabase, freshNamespace, sharedServers } from "./servers.ts";
import { waitFor } from "./wait-for.ts";

const NODES = 2;
/** Some 40 scrapes at half a second would hide what is only seen in a few: two are enough for a rate. */
const TRAFFIC_MS = 8000;

export type Observed = {
  readonly prometheusUrl: string;
  readonly nodes: readonly Product[];
  /** What an expression gives now; an empty list when no series matches, an error when it is wrong. */
  readonly query: (expression: string) => Promise<Sample[]>;
  readonly stop: () => Promise<void>;
};

/**
 * Two nodes on all servers (NATS, MariaDB, Redis, Mosquitto), a Prometheus that scrapes them every second, and traffic
 * of every kind. Resolves after some seconds of it, so that rates have values; the traffic goes on.
 */
export async function startObserved(): Promise<Observed> {
  const closing: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const nodes = await startNodes(closing);
    const server = await startPrometheus({ intervalSeconds: 1 });
    closing.push(() => server.stop());
    await scrapeNodes(
      server,
      nodes.map(({ httpUrl }, index) => ({ nodeId: `node-${index + 1}`, httpUrl })),
    );
    await waitFor("scrapes of all nodes", async () => (await healthyTargets(server.url)) === NODES, 20_000);
    await drive(nodes, closing);
    return {
      prometheusUrl: server.url,
      nodes,
      query: (expression) => query(server.url, expression),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startNodes(closing: (() => Promise<unknown>)[]): Promise<Product[]> {
  const database = await freshDatabase();
  closing.push(() => database.drop());
  const { natsUrl, redisUrl, mosquittoUrl } = sharedServers();
  const env = {
    DATABASE_URL: database.url,
    NATS_URL: natsUrl,
    REDIS_URL: redisUrl,
    MQTT_BROKER_URL: mosquittoUrl,
    NAMESPACE: freshNamespace(),
  };
  const ids = Array.from({ length: NODES }, (_, index) => `node-${index + 1}`);
  const starting = ids.map(async (nodeId) => {
    const directory = await temporaryDirectory();
    closing.push(() => directory.remove());
    const node = await startProduct({ dataDir: directory.path, env: { ...env, NODE_ID: nodeId } });
    closing.push(() => node.kill("SIGTERM"));
    return node;
  });
  return Promise.all(starting);
}

async function drive(nodes: readonly Product[], closing: (() => Promise<unknown>)[]): Promise<void> {
  const [first, ...others] = nodes;
  if (!first) throw new Error("there is no node");
  const traffic = await startTraffic({
    httpUrls: [first.httpUrl, ...others.map(({ httpUrl }) => httpUrl)],
    mqttUrl: first.mqttUrl,
    token: first.token,
  });
  closing.push(traffic.stop);
  await sleep(TRAFFIC_MS);
}
