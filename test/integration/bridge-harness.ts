import { once } from "node:events";
import { connect as connectSocket, createServer } from "node:net";
import { pipeline } from "node:stream";
import { connectAsync, type MqttClient } from "mqtt";
import { type Packet, parser } from "mqtt-packet";
import { DEFAULT_LIMITS } from "../../actors/contracts/limits.ts";
import type { EncodedAnswer, UpMessage } from "../../actors/contracts/twins.ts";
import type { Outcome } from "../../actors/runtime/actor.ts";
import type { Log } from "../../actors/runtime/ports.ts";
import type { Counters } from "../../mixins/counters.ts";
import { type MosquittoOptions, startMosquitto } from "../../scripts/servers/mosquitto.ts";
import type { Server } from "../../scripts/servers/server.ts";
import { Bridge, type BridgeOptions } from "../../services/edge/mqtt-bridge/bridge.ts";
import type { MqttVersion } from "../../services/edge/mqtt-bridge/dialer.ts";
import { BRIDGE_SETTINGS, type BridgeSettings } from "../../services/edge/mqtt-bridge/settings.ts";
import { FakePresence } from "../helpers/fake-presence.ts";
import { waitFor } from "../helpers/wait-for.ts";

type Answer = Outcome<readonly EncodedAnswer[]>;

/** In place of the twins: what is said about each message, and when, is up to the test. */
export class FakeTwins {
  readonly messages: UpMessage[] = [];
  answer: (message: UpMessage) => Answer = () => ({ ok: true, reply: [] });
  #gate = Promise.withResolvers<void>();

  constructor() {
    this.#gate.resolve();
  }

  get texts(): string[] {
    return this.messages.map(({ payload }) => Buffer.from(payload).toString());
  }

  hold(): void {
    this.#gate = Promise.withResolvers<void>();
  }

  release(): void {
    this.#gate.resolve();
  }

  async ingest(messages: readonly UpMessage[]): Promise<Answer[]> {
    this.messages.push(...messages);
    await this.#gate.promise;
    return messages.map((message) => this.answer(message));
  }
}

export class CountersInMemory implements Counters {
  readonly #totals = new Map<string, number>();

  count(name: string, labels: Record<string, string> = {}, n = 1): void {
    const key = [name, ...Object.values(labels)].join(" ");
    this.#totals.set(key, (this.#totals.get(key) ?? 0) + n);
  }

  gauge(name: string, value: number): void {
    this.#totals.set(name, value);
  }

  /** Without the common beginning of the names. */
  total(key: string): number {
    return this.#totals.get(`gateway_twin.bridge.${key}`) ?? 0;
  }
}

const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {} };

type Choices = Partial<
  Pick<BridgeOptions, "protocolVersion" | "prefix" | "slots" | "exists" | "nodeId" | "commands">
> & {
  readonly settings?: Partial<BridgeSettings>;
};

let bridges = 0;

/** A bridge on that broker; every gateway exists unless the test says otherwise. */
export function newBridge(url: string, { settings, ...choices }: Choices = {}) {
  const twins = new FakeTwins();
  const presence = new FakePresence();
  const counters = new CountersInMemory();
  bridges += 1;
  const bridge = new Bridge({
    url,
    protocolVersion: 5,
    prefix: "t-",
    slots: 4,
    nodeId: `node-${bridges}`,
    limits: DEFAULT_LIMITS,
    clock: Date.now,
    counters,
    log: SILENT,
    routes: { ownerOf: () => "owner", learn: () => {} },
    ingest: (_owner, messages) => twins.ingest(messages),
    presence: { ownerOf: () => "owner", learn: () => {} },
    signal: (_owner, signals) => presence.ingest("mqtt-bridge", signals, "here"),
    exists: async () => true,
    ...choices,
    settings: { ...BRIDGE_SETTINGS, reconnectMinMs: 20, lostMinMs: 100, ...settings },
  });
  bridge.start();
  let epoch = 0;
  /** Resolves when the slots are connected, and the way to the gateways too. */
  const adopt = async (...slots: number[]) => {
    for (const partition of slots) {
      epoch += 1;
      await bridge.adopt({ ...EMPTY, type: bridge.typeName, partition, epoch });
    }
    await connected();
  };
  const connected = () => waitFor("a bridge without problems", () => bridge.problems.length === 0);
  /** Resolves when the twins have had so many messages. */
  const received = (n: number) => waitFor(`${n} messages`, () => twins.messages.length >= n);
  /** Resolves when so many messages wait for their outcome. */
  const holding = (n: number) => waitFor(`${n} unacknowledged`, () => bridge.unacknowledged === n);
  const stop = async () => {
    twins.release();
    presence.release();
    await bridge.stop();
  };
  return { bridge, twins, presence, counters, adopt, connected, received, holding, stop };
}

const EMPTY = { snapshotPos: 0, publishedPos: 0, rows: [], dueTimers: [] };

/** A broker of this file alone: every bridge gets the messages of all gateways. */
export function startBroker(options: MosquittoOptions = {}): Promise<Server> {
  return startMosquitto(options);
}

type Down = { readonly topic: string; readonly payload: Record<string, unknown>; readonly qos: number };

/** Any client of the broker that plays gateways; it hears what they are told. */
export async function connectGateways(url: string, protocolVersion: MqttVersion = 4) {
  const client: MqttClient = await connectAsync(url, { protocolVersion, reconnectPeriod: 0 });
  const downs: Down[] = [];
  client.on("message", (topic, payload, { qos }) => {
    downs.push({ topic, payload: JSON.parse(payload.toString()), qos });
  });
  await client.subscribeAsync("gw/+/down/#", { qos: 1 });
  const up = (gatewayId: string, text: string, kind = "reported") =>
    client.publishAsync(`gw/${gatewayId}/up/${kind}`, text, { qos: 1 });
  /** `texts` of many gateways; resolves when the broker has them. */
  const upAll = (texts: readonly string[]) => Promise.all(texts.map((text, n) => up(`gw-${n % 10}`, text)));
  const down = (topic: string) => waitFor(topic, () => downs.find((message) => message.topic === topic));
  return { client, downs, up, upAll, down, end: () => client.endAsync(true) };
}

export function numbered(count: number, first = 0): string[] {
  return Array.from({ length: count }, (_, n) => `{"state":{"n":${first + n}}}`);
}

type Tapped = {
  readonly cmd: Packet["cmd"];
  readonly messageId: number | undefined;
  readonly clientId: string | undefined;
  /** Epoch milliseconds. */
  readonly time: number;
};

/** Sits between clients and the broker, and keeps what the clients send. */
export async function tapWire(target: Server, protocolVersion: MqttVersion) {
  const fromClients: Tapped[] = [];
  const messageIds: (number | undefined)[] = [];
  const server = createServer((socket) => {
    const upstream = connectSocket({ port: target.port, host: "127.0.0.1" });
    const [up, down] = [parser({ protocolVersion }), parser({ protocolVersion })];
    up.on("packet", (packet) => fromClients.push(tapped(packet)));
    down.on("packet", (packet) => {
      if (packet.cmd === "publish" && packet.qos === 1) messageIds.push(packet.messageId);
    });
    socket.on("data", (chunk: Buffer) => up.parse(chunk));
    upstream.on("data", (chunk: Buffer) => down.parse(chunk));
    pipeline(socket, upstream, socket, () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it has no port");
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    sent: (cmd: Packet["cmd"]) => fromClients.filter((packet) => packet.cmd === cmd),
    /** The ids of the messages that the broker has handed out under QoS 1, in order. */
    handedOut: () => messageIds,
    close: () => server.close(),
  };
}

function tapped(packet: Packet): Tapped {
  const clientId = packet.cmd === "connect" ? packet.clientId : undefined;
  return { cmd: packet.cmd, messageId: packet.messageId, clientId, time: Date.now() };
}
