import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { type BrokerOptions, ServiceBroker } from "moleculer";
import { connectAsync, type IClientOptions } from "mqtt";
import type { ErrorData } from "../../actors/contracts/errors.ts";
import type { JsonValue } from "../../actors/contracts/json.ts";
import { DEFAULT_LIMITS } from "../../actors/contracts/limits.ts";
import type { EncodedAnswer, UpMessage } from "../../actors/contracts/twins.ts";
import type { Outcome } from "../../actors/runtime/actor.ts";
import type { SharedCounters } from "../../actors/runtime/cache.ts";
import { broadcast } from "../../mixins/bridge.ts";
import type { Counters } from "../../mixins/counters.ts";
import { hashPassword, RANDOM_SECRET_COST } from "../../mixins/password.ts";
import type { Certificates } from "../../mixins/tls-certificates.ts";
import { freePort } from "../../scripts/servers/free-port.ts";
import { mqttFrontService } from "../../services/edge/mqtt-front/mqtt-front.service.ts";
import type { FrontSettings } from "../../services/edge/mqtt-front/settings.ts";
import { MemoryCounters } from "../../stores/memory/shared-counters.ts";
import { FakePresence } from "../helpers/fake-presence.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { clientOptions, Gateway, RawLink } from "./front-clients.ts";

type Answer = Outcome<readonly EncodedAnswer[]>;

export async function until(what: string, condition: () => boolean): Promise<void> {
  await waitFor(what, condition);
}

/** In place of the twins service: what it says about each message is up to the test. */
class FakeTwins {
  readonly batches: (readonly UpMessage[])[] = [];
  answer: (message: UpMessage) => Answer = () => ({ ok: true, reply: [] });
  fails = false;
  #gate = Promise.withResolvers<void>();

  constructor() {
    this.#gate.resolve();
  }

  get messages(): readonly UpMessage[] {
    return this.batches.flat();
  }

  get texts(): readonly string[] {
    return this.messages.map(({ payload }) => Buffer.from(payload).toString());
  }

  hold(): void {
    this.#gate = Promise.withResolvers<void>();
  }

  release(): void {
    this.#gate.resolve();
  }

  async ingest(messages: readonly UpMessage[]): Promise<Answer[]> {
    this.batches.push(messages);
    await this.#gate.promise;
    if (this.fails) throw new Error("the call failed");
    return messages.map((message) => this.answer(message));
  }
}

/** In place of the registry. */
class FakeRegistry {
  readonly hashes = new Map<string, string>();
  asked = 0;
  isDown = false;

  async create(gatewayId: string, password = `secret of ${gatewayId}`): Promise<void> {
    this.hashes.set(gatewayId, await hashPassword(password, RANDOM_SECRET_COST));
  }

  passwordHash(gatewayId: string): { hash: string | null } {
    this.asked += 1;
    if (this.isDown) throw new Error("the registry is down");
    return { hash: this.hashes.get(gatewayId) ?? null };
  }
}

/** In place of what a node knows of owners. */
class FakeRoutes {
  readonly owners = new Map<string, string | undefined>();
  readonly learned: ErrorData[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #local: string;

  constructor(local: string) {
    this.#local = local;
  }

  readonly ownerOf = (gatewayId: string): string | undefined =>
    this.owners.has(gatewayId) ? this.owners.get(gatewayId) : this.#local;

  readonly learn = (data: ErrorData): void => {
    this.learned.push(data);
  };

  readonly onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  move(gatewayId: string, owner: string | undefined): void {
    this.owners.set(gatewayId, owner);
    for (const listener of this.#listeners) listener();
  }
}

export class CountersInMemory implements Counters {
  readonly totals = new Map<string, number>();

  count(name: string, labels: Record<string, string> = {}, n = 1): void {
    const key = [name.replace("gateway_twin.edge.", ""), ...Object.values(labels)].join(" ");
    this.totals.set(key, (this.totals.get(key) ?? 0) + n);
  }

  gauge(name: string, value: number): void {
    this.totals.set(name.replace("gateway_twin.edge.", ""), value);
  }

  total(key: string): number {
    return this.totals.get(key) ?? 0;
  }
}

export type Harness = Awaited<ReturnType<typeof startFrontHarness>>;

/** A node with a front on a port of its own, and with the gateways `gw-1` and `gw-2`. */
export async function startFrontHarness(
  settings: Partial<FrontSettings> = {},
  brokerOptions: BrokerOptions = {},
  attempts: SharedCounters = new MemoryCounters(1000, Date.now),
  certificates?: Certificates,
) {
  const twins = new FakeTwins();
  const presence = new FakePresence();
  const registry = new FakeRegistry();
  const counters = new CountersInMemory();
  const port = await freePort("127.0.0.1");
  const broker = new ServiceBroker({ logger: false, dependencyInterval: 10, ...brokerOptions });
  const routes = new FakeRoutes(broker.nodeID);
  const presenceRoutes = new FakeRoutes(broker.nodeID);
  broker.createService({
    name: "twins",
    actions: { ingest: (context) => twins.ingest(context.params.messages) },
  });
  broker.createService({
    name: "presence",
    actions: {
      ingest: ({ params: { edge, signals }, nodeID }) => presence.ingest(edge, signals, `${nodeID}`),
    },
  });
  broker.createService({
    name: "gateways",
    actions: { passwordHash: (context) => registry.passwordHash(context.params.gatewayId) },
  });
  const front = {
    host: "127.0.0.1",
    port,
    limits: DEFAULT_LIMITS,
    clock: Date.now,
    counters,
    routes,
    presence: presenceRoutes,
    attempts,
    certificates,
  };
  broker.createService(mqttFrontService({ ...front, settings }));
  await Promise.all([registry.create("gw-1"), registry.create("gw-2")]);
  await broker.start();
  const opened: { end: () => void }[] = [];

  async function connect(gatewayId: string, options: IClientOptions = {}): Promise<Gateway> {
    const client = await connectAsync({ port, ...clientOptions(gatewayId), ...options });
    const gateway = new Gateway(gatewayId, client);
    opened.push(gateway);
    await client.subscribeAsync(`gw/${gatewayId}/down/#`, { qos: 1 });
    return gateway;
  }

  async function raw(): Promise<RawLink> {
    const socket = connectSocket({ port, host: "127.0.0.1", noDelay: true });
    const link = new RawLink(socket);
    opened.push(link);
    await once(socket, "connect");
    return link;
  }

  async function rawGateway(
    gatewayId: string,
    keepalive = 60,
    clientId: string = gatewayId,
  ): Promise<RawLink> {
    const link = await raw();
    link.connect(gatewayId, `secret of ${gatewayId}`, { keepalive, clientId });
    await until("CONNACK", () => link.has("connack"));
    return link;
  }

  /** The broadcast for when nobody knows where the gateway is. */
  function downlink(gatewayId: string, topic: string, payload: JsonValue): Promise<void> {
    return broadcast(broker, "downlink.send", {
      messages: [{ gatewayId, topic, payload: JSON.stringify(payload) }],
    });
  }

  async function stop(): Promise<void> {
    twins.release();
    presence.release();
    for (const link of opened) link.end();
    await broker.stop();
  }

  const parts = { port, broker, twins, routes, presence, presenceRoutes, registry, counters };
  return { ...parts, connect, raw, rawGateway, downlink, stop };
}
