import { once } from "node:events";
import { connect as connectSocket, type Socket } from "node:net";
import { ServiceBroker } from "moleculer";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { generate, type Packet, parser } from "mqtt-packet";
import type { JsonObject, JsonValue } from "../../actors/contracts/json.ts";
import { DEFAULT_LIMITS } from "../../actors/contracts/limits.ts";
import type { UpMessage } from "../../actors/contracts/twins.ts";
import type { Outcome } from "../../actors/runtime/actor.ts";
import type { GatewayAnswer } from "../../actors/twin/contract.ts";
import type { Counters } from "../../mixins/counters.ts";
import { hashPassword, RANDOM_SECRET_COST } from "../../mixins/password.ts";
import { mqttFrontService } from "../../services/edge/mqtt-front/mqtt-front.service.ts";
import type { FrontSettings } from "../../services/edge/mqtt-front/settings.ts";
import { freePort } from "../helpers/product.ts";
import { waitFor } from "../helpers/wait-for.ts";

type Answer = Outcome<readonly GatewayAnswer[]>;

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

/** A front on a port of its own, with the gateways `gw-1` and `gw-2`. */
export async function startFrontHarness(settings: Partial<FrontSettings> = {}) {
  const twins = new FakeTwins();
  const registry = new FakeRegistry();
  const counters = new CountersInMemory();
  const port = await freePort();
  const broker = new ServiceBroker({ logger: false, dependencyInterval: 10 });
  broker.createService({
    name: "twins",
    actions: { ingest: (context) => twins.ingest(context.params.messages) },
  });
  broker.createService({
    name: "gateways",
    actions: { passwordHash: (context) => registry.passwordHash(context.params.gatewayId) },
  });
  const front = { host: "127.0.0.1", port, limits: DEFAULT_LIMITS, clock: Date.now, counters, settings };
  broker.createService(mqttFrontService(front));
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

  async function rawGateway(gatewayId: string, keepalive = 60): Promise<RawLink> {
    const link = await raw();
    link.connect(gatewayId, `secret of ${gatewayId}`, { keepalive });
    await until("CONNACK", () => link.has("connack"));
    return link;
  }

  async function stop(): Promise<void> {
    twins.release();
    for (const link of opened) link.end();
    await broker.stop();
  }

  return { port, broker, twins, registry, counters, connect, raw, rawGateway, stop };
}

function clientOptions(gatewayId: string): IClientOptions {
  return {
    host: "127.0.0.1",
    protocolVersion: 4,
    clientId: gatewayId,
    username: gatewayId,
    password: `secret of ${gatewayId}`,
    reconnectPeriod: 0,
    connectTimeout: 10_000,
  };
}

type Down = { readonly topic: string; readonly payload: JsonObject };

/** A gateway that speaks through mqtt.js. */
class Gateway {
  readonly id: string;
  readonly client: MqttClient;
  readonly received: Down[] = [];

  constructor(id: string, client: MqttClient) {
    this.id = id;
    this.client = client;
    client.on("error", () => {});
    client.on("message", (topic, payload) => {
      this.received.push({
        topic: topic.replace(`gw/${id}/down/`, ""),
        payload: JSON.parse(payload.toString()),
      });
    });
  }

  /** Resolves with the PUBACK. */
  up(kind: string, payload: JsonValue | Buffer): Promise<unknown> {
    return this.publish(`gw/${this.id}/up/${kind}`, payload);
  }

  publish(topic: string, payload: JsonValue | Buffer): Promise<unknown> {
    const bytes = Buffer.isBuffer(payload) ? payload : JSON.stringify(payload);
    return this.client.publishAsync(topic, bytes, { qos: 1 });
  }

  errors(): JsonObject[] {
    return this.received.filter(({ topic }) => topic === "error").map(({ payload }) => payload);
  }

  end(): void {
    this.client.end(true);
  }
}

/** A client as impolite as a test wants it. */
class RawLink {
  readonly socket: Socket;
  readonly packets: Packet[] = [];
  isClosed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    const scanner = parser({ protocolVersion: 4 });
    scanner.on("packet", (packet) => this.packets.push(packet));
    socket.on("data", (chunk) => scanner.parse(chunk));
    socket.on("error", () => {});
    socket.on("close", () => {
      this.isClosed = true;
    });
  }

  connect(username: string, password: string, options: { keepalive?: number; clientId?: string } = {}): void {
    const { keepalive = 60, clientId = username } = options;
    this.send({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: true,
      clientId,
      keepalive,
      username,
      password: Buffer.from(password),
    });
  }

  publish(topic: string, payload: string | Buffer, messageId: number): void {
    this.send({ cmd: "publish", topic, payload, messageId, qos: 1, dup: false, retain: false });
  }

  send(packet: Packet): void {
    this.socket.write(generate(packet));
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  has(cmd: Packet["cmd"]): boolean {
    return this.packets.some((packet) => packet.cmd === cmd);
  }

  ids(cmd: Packet["cmd"]): (number | undefined)[] {
    return this.packets.filter((packet) => packet.cmd === cmd).map(({ messageId }) => messageId);
  }

  end(): void {
    this.socket.destroy();
  }
}
