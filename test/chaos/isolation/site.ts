import { randomBytes } from "node:crypto";
import { freePort } from "../../../scripts/servers/free-port.ts";
import { waitFor } from "../../helpers/wait-for.ts";
import { query } from "../cluster/lab.ts";
import { NodeProcess } from "../cluster/node.ts";
import { RestClient } from "../cluster/rest-client.ts";
import { type ChaosServers, urlsOf } from "../cluster/servers.ts";

const HOST = "127.0.0.1";
const TOKEN = "isolation-admin-token-0123456789abcdef";
const READY_MS = 40_000;

/** What each process runs: every service of interest can be stopped alone. */
const ROLES = {
  "front-1": "mqtt-front",
  "front-2": "mqtt-front",
  "core-1": "gateways,twins,access,cluster",
  "core-2": "gateways,twins,access,cluster",
  presence: "presence",
  config: "config,config-profiles",
  "office-1": "bff,job",
  "office-2": "bff,job",
} as const;
type NodeName = keyof typeof ROLES;

const NAMES = Object.keys(ROLES) as NodeName[];
export const FRONTS = NAMES.filter((name) => name.startsWith("front"));
export const ALL_BUT_FRONTS = NAMES.filter((name) => !name.startsWith("front"));

type Cluster = {
  readonly nodes: readonly { readonly nodeId: string }[];
  readonly partitions: Readonly<Record<string, { readonly total: number; readonly owned: number }>>;
};

/** The whole system as processes of single services, in a namespace and a database of its own. */
export class Site {
  readonly mqttUrls: string[] = [];
  readonly rest: RestClient;
  readonly #variables: Readonly<Record<string, string>>;
  readonly #database: { readonly server: string; readonly name: string };
  readonly #nodes = new Map<NodeName, NodeProcess>();
  readonly #httpUrls: string[] = [];

  constructor(servers: ChaosServers) {
    const { natsUrl, mariadbUrl, redisUrl = "" } = urlsOf(servers);
    const namespace = `i${randomBytes(5).toString("hex")}`;
    const databaseUrl = new URL(mariadbUrl);
    databaseUrl.pathname = `/isolation_${namespace}`;
    this.#database = { server: mariadbUrl, name: `isolation_${namespace}` };
    this.#variables = {
      NATS_URL: natsUrl,
      DATABASE_URL: databaseUrl.href,
      REDIS_URL: redisUrl,
      NAMESPACE: namespace,
      ADMIN_TOKEN: TOKEN,
      LOG_FORMAT: "ecs",
    };
    this.rest = new RestClient(this.#httpUrls, TOKEN);
  }

  async start(): Promise<void> {
    await query(this.#database.server, `CREATE DATABASE ${this.#database.name}`);
    for (const name of NAMES) await this.#add(name);
    await this.untilWhole();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((node) => node.end("SIGKILL")));
    await query(this.#database.server, `DROP DATABASE IF EXISTS ${this.#database.name}`);
  }

  /** As an upgrade does it; throws when the node does not end cleanly. */
  async end(name: NodeName): Promise<void> {
    const node = this.#node(name);
    const code = await node.end("SIGTERM");
    if (code !== 0) throw new Error(`${name} ended with exit code ${code}: ${node.written}`);
  }

  begin(name: NodeName): void {
    this.#nodes.set(name, new NodeProcess(this.#node(name).plan));
  }

  async restart(name: NodeName): Promise<void> {
    await this.end(name);
    this.begin(name);
    await this.untilWhole();
  }

  /** Until all nodes run, are members, and every partition has an owner. */
  async untilWhole(): Promise<void> {
    try {
      await waitFor("all nodes to serve", () => this.#isWhole(), READY_MS);
    } catch (error) {
      const words = [...this.#nodes].map(([name, { written }]) => `${name}: ${written.slice(-2000)}`);
      throw new Error([String(error), ...words].join("\n"));
    }
  }

  async #add(name: NodeName): Promise<void> {
    const [http, mqtt] = [await freePort(HOST), await freePort(HOST)];
    if (FRONTS.includes(name)) this.mqttUrls.push(`mqtt://${HOST}:${mqtt}`);
    if (name.startsWith("office")) this.#httpUrls.push(`http://${HOST}:${http}`);
    const ports = { HTTP_PORT: String(http), MQTT_PORT: FRONTS.includes(name) ? String(mqtt) : "" };
    const variables = { ...this.#variables, ...ports, NODE_ID: name, ROLES: ROLES[name] };
    this.#nodes.set(name, new NodeProcess({ id: name, variables }));
  }

  #node(name: NodeName): NodeProcess {
    const node = this.#nodes.get(name);
    if (!node) throw new Error(`there is no node ${name}`);
    return node;
  }

  async #isWhole(): Promise<boolean> {
    if (NAMES.some((name) => !this.#node(name).isReady)) return false;
    const cluster = await this.rest
      .json<Cluster>({ method: "GET", path: "/v1/cluster" })
      .catch(() => undefined);
    if (!cluster) return false;
    const shares = ["twin", "presence", "config"].map((type) => cluster.partitions[type]);
    return (
      NAMES.every((name) => cluster.nodes.some(({ nodeId }) => nodeId === name)) &&
      shares.every((share) => share !== undefined && share.owned === share.total)
    );
  }
}
