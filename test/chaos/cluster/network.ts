import { canMakeNamespaces, makeNamespace } from "../../helpers/network.ts";
import { startProxy } from "../../helpers/tcp-proxy.ts";
import type { Lab } from "./lab.ts";
import type { Spawn } from "./node.ts";
import { type ChaosServers, startChaosServers } from "./servers.ts";

export type LinkName = "nats" | "mariadb";

/** The network between one node, the victim, and the servers. */
export type VictimNetwork = {
  readonly servers: ChaosServers;
  /** For the victim's process. */
  readonly spawn: Spawn | undefined;
  /** What the victim gets instead of the lab's. */
  readonly variablesFor: (lab: Pick<Lab, "databaseUrl">) => Readonly<Record<string, string>>;
  /** Loses everything, silently. */
  readonly cut: (link: LinkName) => Promise<void>;
  /** Loses one direction. */
  readonly oneWay: (link: LinkName, passing: "toServer" | "toClient") => Promise<void>;
  readonly heal: (link: LinkName) => Promise<void>;
  readonly remove: () => Promise<void>;
};

/** With a network namespace for the victim where that is allowed, else with TCP proxies. */
export async function startVictimNetwork(): Promise<VictimNetwork> {
  return (await canMakeNamespaces()) ? withNamespace() : withProxies();
}

async function withNamespace(): Promise<VictimNetwork> {
  const namespace = await makeNamespace();
  const servers = await startChaosServers(namespace.hostAddress);
  return {
    servers,
    spawn: namespace.spawn,
    variablesFor: () => ({}),
    cut: (link) => namespace.cut(servers[link].port),
    oneWay: (link, passing) => namespace.oneWay(servers[link].port, passing),
    heal: (link) => namespace.heal(servers[link].port),
    remove: namespace.remove,
  };
}

async function withProxies(): Promise<VictimNetwork> {
  const host = "127.0.0.1";
  const servers = await startChaosServers(host);
  const links = {
    nats: await startProxy({ host, port: servers.nats.port }),
    mariadb: await startProxy({ host, port: servers.mariadb.port }),
  };
  return {
    servers,
    spawn: undefined,
    variablesFor: ({ databaseUrl }) => ({
      NATS_URL: links.nats.url("nats"),
      DATABASE_URL: databaseUrl.replace(`:${servers.mariadb.port}/`, `:${links.mariadb.port}/`),
    }),
    cut: async (link) => links[link].cut(),
    oneWay: async (link, passing) => links[link].oneWay(passing),
    heal: async (link) => links[link].heal(),
    remove: async () => {
      await Promise.all([links.nats.stop(), links.mariadb.stop()]);
    },
  };
}
