import { setTimeout as sleep } from "node:timers/promises";
import { parseRoles } from "../../services/roles.ts";
import type { Child } from "../cluster/child.ts";
import type { NodeProcess } from "../cluster/node-process.ts";
import type { RunningCluster } from "../cluster/run-cluster.ts";
import { nextFreePort } from "../servers/free-port.ts";
import { scrapeNodes, startPrometheus, type Target } from "../servers/prometheus.ts";
import { healthyTargets } from "../servers/prometheus-api.ts";
import type { Server } from "../servers/server.ts";
import { call } from "./api.ts";
import { startSimulators } from "./simulators.ts";
import { startTraffic, type Traffic } from "./traffic.ts";

const HOST = "127.0.0.1";
const PROMETHEUS_PORT = 9090;
const POLL_MS = 200;
const START_LIMIT_MS = 60_000;
/** Every so many of the gateways speak through the broker. */
const BROKER_SHARE = 4;

export type Observed = {
  readonly cluster: RunningCluster;
  readonly prometheus: Server;
  readonly simulators: readonly Child[];
  readonly traffic: Traffic;
  /** Where the first node's REST interface is. */
  readonly httpUrl: string;
};

type ObservedOptions = {
  readonly gateways: number;
  /** Of Prometheus: scrapes and rules. */
  readonly intervalSeconds: number;
  /** Paths of rule files; those that ship when not given. */
  readonly rules?: readonly string[];
};

/** Prometheus, simulators and callers beside a cluster, for as long as `work` takes. Throws when it is over before. */
export async function observe(
  cluster: RunningCluster,
  { gateways, ...settings }: ObservedOptions,
  over: AbortSignal,
  work: (observed: Observed) => Promise<void>,
): Promise<void> {
  const { nodes, servers, token } = cluster;
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const { httpUrl, mqttUrl } = await readyNodes(nodes, over);
    const prometheus = await startPrometheus({
      port: await nextFreePort(HOST, PROMETHEUS_PORT),
      ...settings,
    });
    closing.push(() => prometheus.stop());
    const targets = nodes.map(targetOf);
    await scrapeNodes(prometheus, targets);
    const traffic = await startTraffic({ httpUrls: [httpUrl], mqttUrl, token });
    closing.push(traffic.stop);
    const shares = sharesOf(gateways, mqttUrl, servers.variables.MQTT_BROKER_URL);
    const simulators = startSimulators({ apiUrl: httpUrl, token, shares });
    closing.push(() => Promise.all(simulators.map((one) => one.stop())));
    const areScraped = async () => (await healthyTargets(prometheus.url)) >= targets.length;
    if (!(await isSoWithin(START_LIMIT_MS, over, areScraped)))
      throw new Error(`Prometheus did not get the metrics of all ${targets.length} nodes`);
    await work({ cluster, prometheus, simulators, traffic, httpUrl });
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** Whether it became so in time; throws when it is over before. */
export async function isSoWithin(
  ms: number,
  over: AbortSignal,
  isSo: () => Promise<boolean>,
): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (Date.now() < deadline) {
    if (await isSo()) return true;
    await sleep(POLL_MS, undefined, { signal: over });
  }
  return false;
}

/** A node without REST has its metrics at the same port. Of several roles admin counts: it has the cluster's page. */
function targetOf({ plan: { id, roles, variables } }: NodeProcess): Target {
  const role = parseRoles(roles).includes("admin") ? "admin" : roles;
  return { nodeId: id, httpUrl: `http://${HOST}:${variables.HTTP_PORT}`, role };
}

type Addresses = { readonly httpUrl: string; readonly mqttUrl: string };

/** The first node's addresses, when all are ready. */
async function readyNodes(nodes: readonly NodeProcess[], over: AbortSignal): Promise<Addresses> {
  const urls = nodes.map((node) => targetOf(node).httpUrl);
  const areReady = async () => {
    const answers = await Promise.all(urls.map((url) => call(url, { method: "GET", path: "/readyz" })));
    return answers.every(({ status }) => status === 200);
  };
  if (!(await isSoWithin(START_LIMIT_MS, over, areReady))) throw new Error("not all nodes became ready");
  const { httpUrl, mqttUrl } = nodes[0]?.plan ?? {};
  if (httpUrl === undefined || mqttUrl === undefined) throw new Error("the first node has no REST and MQTT");
  return { httpUrl, mqttUrl };
}

function sharesOf(gateways: number, mqttUrl: string, brokerUrl: string | undefined) {
  const ofBroker = brokerUrl === undefined ? 0 : Math.floor(gateways / BROKER_SHARE);
  return [
    { mqttUrl, gateways: gateways - ofBroker },
    { mqttUrl: brokerUrl ?? mqttUrl, gateways: ofBroker },
  ];
}
