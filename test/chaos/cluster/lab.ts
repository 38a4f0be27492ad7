import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import { partitionOf } from "../../../actors/runtime/partition-map.ts";
import { freePort } from "../../../scripts/servers/free-port.ts";
import { waitFor } from "../../helpers/wait-for.ts";
import { type NodePlan, NodeProcess, type Spawn } from "./node.ts";
import { RestClient } from "./rest-client.ts";

const HOST = "127.0.0.1";
const TOKEN = "chaos-admin-token-0123456789abcdef";
const PARTITIONS = 256;
const SHARED_MS = 40_000;

const EDGE_ROLES = "edge,bff,admin,job";
const CORE_ROLES = "core";

export type LabServers = {
  readonly natsUrl: string;
  /** A server; the lab makes its own database there. */
  readonly mariadbUrl: string;
  readonly redisUrl?: string;
  readonly brokerUrl?: string;
};

export type NodeExtras = {
  readonly preload?: readonly string[];
  readonly spawn?: Spawn | undefined;
  readonly variables?: Readonly<Record<string, string>>;
};

export type LabSize = {
  readonly edges: number;
  readonly cores: number;
  /** Nodes that are both, named as cores. */
  readonly wholes?: number;
  /** Of all cores. */
  readonly extras?: NodeExtras;
  /** Of the first core, instead. */
  readonly victim?: NodeExtras;
};

type Cluster = {
  readonly nodes: readonly { readonly nodeId: string; readonly version?: string }[];
  readonly partitions: Readonly<
    Record<
      string,
      { readonly total: number; readonly owned: number; readonly owners: Record<string, number> }
    >
  >;
};

/** A cluster of processes for tests, in a namespace and a database of its own: edges, which serve REST too, and cores. */
export class Lab {
  readonly servers: LabServers;
  readonly namespace = `c${randomBytes(5).toString("hex")}`;
  readonly databaseUrl: string;
  readonly nodes = new Map<string, NodeProcess>();
  readonly #plans = new Map<string, NodePlan>();
  readonly #httpUrls: string[] = [];
  readonly mqttUrls: string[] = [];
  /** The folder of the product that nodes run which are started from now on; this one if undefined. */
  root: string | undefined;
  readonly rest: RestClient;

  constructor(servers: LabServers) {
    this.servers = servers;
    const url = new URL(servers.mariadbUrl);
    url.pathname = `/chaos_${this.namespace}`;
    this.databaseUrl = url.href;
    this.rest = new RestClient(this.#httpUrls, TOKEN);
  }

  get edges(): string[] {
    return [...this.#plans.keys()].filter((id) => id.startsWith("edge"));
  }

  get cores(): string[] {
    return [...this.#plans.keys()].filter((id) => id.startsWith("core"));
  }

  /** Starts so many of each, and waits until they share everything. */
  async start({ edges, cores, wholes = 0, extras = {}, victim = extras }: LabSize): Promise<void> {
    await query(this.servers.mariadbUrl, `CREATE DATABASE chaos_${this.namespace}`);
    for (let n = 1; n <= cores; n += 1) await this.addCore(`core-${n}`, n === 1 ? victim : extras);
    for (let n = 1; n <= edges; n += 1) await this.addEdge(`edge-${n}`);
    for (let n = 1; n <= wholes; n += 1) await this.addEdge(`core-${n}`, "all");
    await this.untilShared();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.nodes.values()].map((node) => node.end("SIGKILL")));
    await query(this.servers.mariadbUrl, `DROP DATABASE IF EXISTS chaos_${this.namespace}`);
  }

  async addCore(id: string, extras: NodeExtras = {}): Promise<void> {
    this.#add(id, CORE_ROLES, await freePort(HOST), {
      ...extras,
      variables: { MQTT_PORT: "", ...extras.variables },
    });
  }

  async addEdge(id: string, roles = EDGE_ROLES): Promise<void> {
    const [http, mqtt] = [await freePort(HOST), await freePort(HOST)];
    this.#httpUrls.push(`http://${HOST}:${http}`);
    this.mqttUrls.push(`mqtt://${HOST}:${mqtt}`);
    const broker = { MQTT_BROKER_URL: this.servers.brokerUrl ?? "" };
    this.#add(id, roles, http, { variables: { MQTT_PORT: String(mqtt), ...broker } });
  }

  /** Starts a node that has ended again, as it was. */
  restart(id: string): void {
    const plan = this.#plans.get(id);
    if (!plan || this.nodes.get(id)?.isRunning) throw new Error(`${id} cannot be started again`);
    this.nodes.set(id, new NodeProcess({ ...plan, root: this.root }));
  }

  /** Ends a node for good. */
  async remove(id: string): Promise<number | null> {
    const code = await this.node(id).end("SIGTERM");
    this.nodes.delete(id);
    this.#plans.delete(id);
    return code;
  }

  node(id: string): NodeProcess {
    const node = this.nodes.get(id);
    if (!node) throw new Error(`there is no node ${id}`);
    return node;
  }

  /** Until all nodes are members and the twins are spread evenly over the cores. */
  async untilShared(timeoutMs = SHARED_MS): Promise<void> {
    try {
      await waitFor("the cluster to share all partitions", () => this.#isShared(), timeoutMs);
    } catch (error) {
      const words = [...this.nodes].map(([id, node]) => `${id} (runs: ${node.isRunning}): ${node.written}`);
      throw new Error([String(error), JSON.stringify(await this.cluster()), ...words].join("\n"));
    }
  }

  /** Until these nodes run and have sessions. */
  async untilMembers(ids: readonly string[], timeoutMs = SHARED_MS): Promise<void> {
    await waitFor(
      `${ids.join(", ")} to be members`,
      async () => {
        const dead = ids.map((id) => this.node(id)).find((node) => !node.isRunning);
        if (dead) throw new Error(`${dead.plan.id} has ended: ${dead.written}`);
        if (!ids.every((id) => this.node(id).isReady)) return false;
        const cluster = await this.cluster();
        return ids.every((id) => cluster?.nodes.some(({ nodeId }) => nodeId === id));
      },
      timeoutMs,
    );
  }

  async cluster(): Promise<Cluster | undefined> {
    await delay(20);
    return this.rest.json<Cluster>({ method: "GET", path: "/v1/cluster" }).catch(() => undefined);
  }

  /** The node that owns the most twins. */
  async busiestCore(): Promise<string> {
    const owners = Object.entries((await this.cluster())?.partitions.twin?.owners ?? {});
    const [busiest] = owners.sort(([, one], [, other]) => other - one);
    if (!busiest) throw new Error("nobody owns any twin");
    return busiest[0];
  }

  /** Those of the gateways whose twins this node owns, by the word of the store. */
  async ownedBy(nodeId: string, gatewayIds: readonly string[]): Promise<string[]> {
    const sql = "SELECT `partition` AS number FROM partitions WHERE type = 'twin' AND owner = ?";
    const rows = await query<{ number: number }>(this.databaseUrl, sql, [nodeId]);
    const owned = new Set(rows.map(({ number }) => number));
    return gatewayIds.filter((id) => owned.has(partitionOf(id, PARTITIONS)));
  }

  #add(id: string, roles: string, httpPort: number, { variables, ...extras }: NodeExtras): void {
    const { natsUrl, redisUrl = "" } = this.servers;
    const plan: NodePlan = {
      id,
      root: this.root,
      ...extras,
      variables: {
        NODE_ID: id,
        ROLES: roles,
        NATS_URL: natsUrl,
        DATABASE_URL: this.databaseUrl,
        REDIS_URL: redisUrl,
        NAMESPACE: this.namespace,
        ADMIN_TOKEN: TOKEN,
        LOG_FORMAT: "ecs",
        HTTP_PORT: String(httpPort),
        ...variables,
      },
    };
    this.#plans.set(id, plan);
    this.nodes.set(id, new NodeProcess(plan));
  }

  async #isShared(): Promise<boolean> {
    const cluster = await this.cluster();
    const twins = cluster?.partitions.twin;
    if (!cluster || !twins || twins.owned < twins.total) return false;
    const ids = cluster.nodes.map(({ nodeId }) => nodeId);
    const shares = this.cores.map((id) => twins.owners[id] ?? 0);
    const most = Math.ceil(twins.total / this.cores.length);
    return [...this.nodes.keys()].every((id) => ids.includes(id)) && Math.max(...shares) <= most;
  }
}

export async function query<Row extends object>(
  url: string,
  sql: string,
  values: readonly (string | number)[] = [],
): Promise<Row[]> {
  const server = new URL(url);
  if (sql.includes(" DATABASE ")) server.pathname = "";
  const connection = await createConnection({ uri: server.href, connectTimeout: 2000 });
  try {
    const [rows] = await connection.query(sql, [...values]);
    return rows as Row[];
  } finally {
    await connection.end();
  }
}
