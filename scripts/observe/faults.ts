import { setTimeout as sleep } from "node:timers/promises";
import type { NodeProcess } from "../cluster/node-process.ts";
import type { Server } from "../servers/server.ts";
import { call, mustCall } from "./api.ts";
import type { Observed } from "./observed.ts";

/** Longer than the alert's limit of a second, by less than what Prometheus waits for a page. */
const BLOCKED_MS = 1100;
const SLOW_MS = 1200;
const STOPS = 4;
const GOES_ON_MS = 700;
const WISHES = 60;

/** Something that goes wrong on the running system, and the alerts that it must make fire. */
export type Fault = {
  readonly name: string;
  readonly alerts: readonly string[];
  /** Makes it go wrong; resolves to what makes it good again. */
  readonly inject: (observed: Observed) => Promise<() => Promise<unknown>>;
};

/** In the order in which they do not disturb each other. The last ones leave little that works. */
export const FAULTS: readonly Fault[] = [
  { name: "Redis is stopped", alerts: ["LimitsFallback"], inject: (observed) => stopped(observed, "redis") },
  {
    name: "Mosquitto is stopped",
    alerts: ["BridgeDisconnected"],
    inject: (observed) => stopped(observed, "mosquitto"),
  },
  { name: "NATS is stopped", alerts: ["NatsDown"], inject: (observed) => stopped(observed, "nats") },
  {
    name: "a process stands still again and again",
    alerts: ["EventLoopBlocked"],
    inject: ({ cluster }) => standsStill(nodeAt(cluster.nodes, 0).pid, BLOCKED_MS),
  },
  {
    name: "MariaDB stands still again and again",
    alerts: ["CommitSlow"],
    inject: ({ cluster }) => standsStill(serverOf(cluster.servers.started, "mariadb").pid, SLOW_MS),
  },
  {
    name: "MariaDB is stopped",
    alerts: ["CommitsFailing", "SessionRenewalsFailing", "NodeNotReady", "ApiErrors"],
    inject: (observed) => stopped(observed, "mariadb"),
  },
  {
    name: "a gateway answers no command",
    alerts: ["CommandsTimingOut"],
    inject: async ({ traffic }) => {
      traffic.player.isMute = true;
      return async () => {
        traffic.player.isMute = false;
      };
    },
  },
  {
    name: "gateways hang while they are wished something",
    alerts: ["GatewaysOutOfSync"],
    inject: async (observed) => {
      for (const { pid } of observed.simulators) process.kill(pid, "SIGSTOP");
      await wishAll(observed);
      return async () => {
        for (const { pid } of observed.simulators) process.kill(pid, "SIGCONT");
      };
    },
  },
  {
    name: "most gateways lose their links",
    alerts: ["MassOffline"],
    inject: async ({ simulators }) => {
      for (const simulator of simulators) simulator.kill();
      return async () => undefined;
    },
  },
  {
    name: "all nodes with actors are killed",
    alerts: ["NodeDown", "PartitionsWithoutOwner"],
    inject: async ({ cluster }) => {
      for (const node of cluster.nodes.slice(1)) node.kill();
      return async () => undefined;
    },
  },
  {
    name: "the last node stands still",
    alerts: ["AllNodesDown"],
    inject: async ({ cluster }) => {
      const { pid } = nodeAt(cluster.nodes, 0);
      process.kill(pid, "SIGSTOP");
      return async () => process.kill(pid, "SIGCONT");
    },
  },
];

async function stopped({ cluster }: Observed, name: string): Promise<() => Promise<void>> {
  const server = serverOf(cluster.servers.started, name);
  await server.kill("SIGKILL");
  return () => server.start();
}

/** Several times: of a page that Prometheus does not wait for any more it sees nothing. */
async function standsStill(pid: number, ms: number): Promise<() => Promise<void>> {
  for (let times = 0; times < STOPS; times += 1) {
    process.kill(pid, "SIGSTOP");
    await sleep(ms);
    process.kill(pid, "SIGCONT");
    await sleep(GOES_ON_MS);
  }
  return async () => undefined;
}

/** A wish that no gateway can have met, for many of them. */
async function wishAll({ httpUrl, cluster: { token } }: Observed): Promise<void> {
  const path = `/v1/gateways?pageSize=${WISHES}`;
  const { gateways } = await mustCall<{ gateways: { gatewayId: string }[] }>(httpUrl, {
    method: "GET",
    path,
    token,
  });
  const body = { proof: Date.now() };
  await Promise.all(
    gateways.map(({ gatewayId }) =>
      call(httpUrl, { method: "PATCH", path: `/v1/gateways/${gatewayId}/twin/desired`, body, token }),
    ),
  );
}

function serverOf(servers: readonly Server[], name: string): Server {
  const server = servers.find((one) => one.name === name);
  if (!server) throw new Error(`${name} was given by the environment: only a private one can be stopped`);
  return server;
}

function nodeAt(nodes: readonly NodeProcess[], index: number): NodeProcess {
  const node = nodes[index];
  if (!node) throw new Error(`there is no node ${index + 1}`);
  return node;
}
