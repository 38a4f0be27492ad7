import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../scripts/servers/free-port.ts";
import { RestClient } from "../variants/rest-client.ts";
import { ClusterNode } from "./node.ts";

const HOST = "127.0.0.1";
const SHARED_MS = 60_000;
const POLL_MS = 50;

type Urls = { natsUrl: string; databaseUrl: string; brokerUrl: string };
type Shares = { total: number; owned: number; owners: Record<string, number> };
type ClusterView = { nodes: { nodeId: string }[]; partitions: Record<string, Shares> };

/** How many processes hold twins, and whether one consumes the event bus for the journal. */
export type Size = { twins: number; journal: boolean };

/**
 * The product as several processes: one for REST, one edge (front and bridge), and those that come and go with the
 * size. It stays the same cluster all along, so that all sizes meet the same data.
 */
export class ProductCluster {
  readonly namespace = "bench";
  readonly rest: RestClient;
  readonly mqttPort: number;
  readonly #variables: Readonly<Record<string, string>>;
  readonly #httpPort: number;
  readonly #brokerUrl: string;
  readonly #nodes = new Map<string, ClusterNode>();

  private constructor({ natsUrl, databaseUrl, brokerUrl }: Urls, http: number, mqtt: number) {
    const token = randomBytes(24).toString("hex");
    this.rest = new RestClient(http, token);
    this.mqttPort = mqtt;
    this.#brokerUrl = brokerUrl;
    this.#httpPort = http;
    this.#variables = {
      NATS_URL: natsUrl,
      DATABASE_URL: databaseUrl,
      NAMESPACE: this.namespace,
      ADMIN_TOKEN: token,
    };
  }

  static async start(urls: Urls, size: Size): Promise<ProductCluster> {
    const cluster = new ProductCluster(urls, await freePort(HOST), await freePort(HOST));
    try {
      await cluster.#startFixed();
      await cluster.resize(size);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  get pids(): number[] {
    return [...this.#nodes.values()].map(({ pid }) => pid);
  }

  get twinNodes(): string[] {
    return [...this.#nodes.keys()].filter((id) => id.startsWith("twins-"));
  }

  node(id: string): ClusterNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`there is no node ${id}`);
    return node;
  }

  /** Starts and ends processes until the cluster has that size, and waits until the twins are shared. */
  async resize({ twins, journal }: Size): Promise<void> {
    const wanted = new Map(Array.from({ length: twins }, (_, index) => [`twins-${index + 1}`, "core"]));
    if (journal) wanted.set("job", "job");
    const surplus = [...this.twinNodes, "job"].filter((id) => this.#nodes.has(id) && !wanted.has(id));
    await Promise.all(surplus.map((id) => this.remove(id)));
    for (const [id, roles] of wanted) if (!this.#nodes.has(id)) await this.#start(id, { ROLES: roles });
    await this.shared();
  }

  /** Ends a node by SIGTERM. */
  async remove(id: string): Promise<void> {
    await this.node(id).stop();
    this.#nodes.delete(id);
  }

  /** Ends a node by SIGKILL; it is not part of the cluster any more. */
  kill(id: string): void {
    this.node(id).kill();
    this.#nodes.delete(id);
  }

  /** Until all nodes are members, and have an equal part of the twins where they hold any. */
  async shared(): Promise<void> {
    const deadline = Date.now() + SHARED_MS;
    let view: ClusterView | undefined;
    while (!this.#isShared(view)) {
      const ended = [...this.#nodes.values()].find((node) => node.hasEnded);
      if (ended) throw new Error(`${ended.id} ended; it wrote ${ended.output}`);
      if (Date.now() > deadline) throw new Error(`the twins are not shared: ${JSON.stringify(view)}`);
      await sleep(POLL_MS);
      view = await this.view().catch(() => undefined);
    }
  }

  view(): Promise<ClusterView> {
    return this.rest.get<ClusterView>("/v1/cluster");
  }

  async stop(): Promise<void> {
    this.rest.close();
    await Promise.all([...this.#nodes.values()].map((node) => node.stop()));
  }

  #isShared(view: ClusterView | undefined): boolean {
    const { twin, "bridge-slot": slots } = view?.partitions ?? {};
    if (view === undefined || twin === undefined || slots === undefined) return false;
    const members = view.nodes.map(({ nodeId }) => nodeId);
    const most = Math.ceil(twin.total / this.twinNodes.length);
    return (
      members.length === this.#nodes.size &&
      members.every((id) => this.#nodes.has(id)) &&
      twin.owned === twin.total &&
      slots.owned === slots.total &&
      Object.values(twin.owners).every((count) => count <= most)
    );
  }

  /** Those of which there is one at every size. */
  async #startFixed(): Promise<void> {
    await this.#start("rest", { ROLES: "bff,admin", HTTP_PORT: String(this.#httpPort) });
    const edge = { ROLES: "edge", MQTT_PORT: String(this.mqttPort), MQTT_BROKER_URL: this.#brokerUrl };
    await this.#start("edge", edge);
  }

  async #start(id: string, variables: Readonly<Record<string, string>>): Promise<void> {
    const ports = { HTTP_PORT: String(await freePort(HOST)), MQTT_PORT: "" };
    this.#nodes.set(id, new ClusterNode(id, { ...this.#variables, ...ports, ...variables }));
  }
}
