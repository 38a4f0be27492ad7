import { ServiceBroker } from "moleculer";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { DomainError } from "../../actors/contracts/errors.ts";
import { DEFAULT_LIMITS } from "../../actors/contracts/limits.ts";
import type { PartitionHolder } from "../../actors/runtime/holder.ts";
import { broadcast, call } from "../../mixins/bridge.ts";
import { mqttBridgeService } from "../../services/edge/mqtt-bridge/mqtt-bridge.service.ts";
import { SIGNAL_SETTINGS } from "../../services/edge/signals/settings.ts";
import { FakePresence } from "../helpers/fake-presence.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { CountersInMemory, connectGateways, FakeTwins, startBroker } from "./bridge-harness.ts";

let mosquitto: Awaited<ReturnType<typeof startBroker>>;
let node: Awaited<ReturnType<typeof startNode>>;
let gateways: Awaited<ReturnType<typeof connectGateways>>;

beforeAll(async () => {
  mosquitto = await startBroker({ users: { bridge: "p@/" } });
});
beforeEach(async () => {
  const url = mosquitto.url.replace("//", "//bridge:p%40%2F@");
  node = await startNode(url);
  gateways = await connectGateways(url);
});
afterEach(async () => {
  await gateways.end();
  await node.stop();
});
afterAll(() => mosquitto.stop());

/** The service on a node that owns all slots, with a registry and twins as the test wants them. */
async function startNode(url: string) {
  const twins = new FakeTwins();
  const presence = new FakePresence();
  const routes = { presenceOwner: undefined as string | undefined, changed: () => {} };
  const counters = new CountersInMemory();
  const registered = new Set(["gw-1", "gw-2"]);
  const registry = { isDown: false, asked: 0 };
  const broker = new ServiceBroker({ nodeID: "here", logger: false, dependencyInterval: 10 });
  const { schema, problems } = mqttBridgeService({
    url,
    slots: 1,
    node: OWNER_OF_ALL,
    routes: { ownerOf: () => "here", learn: () => {}, onChange: () => () => {} },
    presence: {
      ownerOf: () => routes.presenceOwner,
      learn: () => {},
      onChange: (listener) => {
        routes.changed = listener;
        return () => {};
      },
    },
    limits: DEFAULT_LIMITS,
    clock: Date.now,
    counters,
    settings: {
      signals: { ...SIGNAL_SETTINGS, retryMinMs: 60_000, retryMaxMs: 60_000 },
      lookupRetryMs: 20,
      unknownTtlMs: 60_000,
      reconnectMinMs: 20,
      lostMinMs: 20,
    },
  });
  broker.createService(schema);
  broker.createService({
    name: "twins",
    actions: { ingest: ({ params }) => twins.ingest(params.messages) },
  });
  broker.createService({
    name: "presence",
    actions: {
      ingest: ({ params: { edge, signals }, nodeID }) => presence.ingest(edge, signals, `${nodeID}`),
    },
  });
  broker.createService({
    name: "gateways",
    actions: {
      get({ params: { gatewayId } }) {
        registry.asked += 1;
        if (registry.isDown) throw new DomainError("STORE_UNAVAILABLE", { problem: "down" });
        if (!registered.has(gatewayId)) throw new DomainError("GATEWAY_NOT_FOUND", { gatewayId });
        return {};
      },
    },
  });
  await broker.start();
  const connected = () => waitFor("no problems", () => problems().length === 0);
  await connected();
  const received = (n: number) => waitFor(`${n} messages`, () => twins.messages.length >= n);
  /** The counters are complete when the node has ended. */
  const stop = () => broker.stop();
  const parts = { broker, twins, presence, routes, counters, registered, registry };
  return { ...parts, problems, connected, received, stop };
}

const OWNER_OF_ALL = {
  async serve(holder: PartitionHolder) {
    for (let partition = 0; partition < holder.partitionCount; partition += 1) {
      const ref = { type: holder.typeName, partition, epoch: 1 };
      await holder.adopt({ ...ref, snapshotPos: 0, publishedPos: 0, rows: [], dueTimers: [] });
    }
  },
  async retire(holder: PartitionHolder) {
    await Promise.all([...holder.partitions].map(({ partition }) => holder.surrender(partition)));
  },
};

test("a message reaches the twin as it is, and the answers the gateway", async () => {
  node.twins.answer = () => ({ ok: true, reply: [{ topic: "ack", payload: '{"seq":7,"version":1}' }] });
  await gateways.up("gw-1", '{"state":{"é":1},"boot":"b","seq":7}');
  const ack = await gateways.down("gw/gw-1/down/ack");
  expect([ack.payload, ack.qos]).toEqual([{ seq: 7, version: 1 }, 1]);
  expect(node.twins.texts).toEqual(['{"state":{"é":1},"boot":"b","seq":7}']);
  expect(node.twins.messages[0]).toMatchObject({ gatewayId: "gw-1", kind: "reported" });
});

test("what no twin can take is answered with down/error, and not handed out again", async () => {
  const big = `{"state":{"a":"${"x".repeat(DEFAULT_LIMITS.mqttPayloadBytes)}"}}`;
  node.twins.answer = () => ({ ok: false, error: { type: "NOT_AN_OBJECT", data: { what: "payload" } } });
  await gateways.up("gw-1", "[]");
  await gateways.up("gw-1", "{}", "nonsense");
  await gateways.up("gw-1", '{"values":1,"token":"t"}', "telemetry");
  await gateways.up("gw-1", big);
  await gateways.up("gw-1", "{}", "bye/../hello");
  await waitFor("the answers", () => gateways.downs.length >= 5);
  const reasons = gateways.downs.map(({ payload: { reason, topic } }) => `${reason} ${topic}`);
  expect(reasons.toSorted()).toEqual([
    "INVALID_ARGUMENT gw/gw-1/up/telemetry",
    "NOT_AN_OBJECT gw/gw-1/up/reported",
    "PAYLOAD_TOO_LARGE gw/gw-1/up/reported",
    "TOPIC_UNKNOWN gw/gw-1/up/bye/../hello",
    "TOPIC_UNKNOWN gw/gw-1/up/nonsense",
  ]);
  expect(gateways.downs.find(({ payload }) => payload.reason === "INVALID_ARGUMENT")?.payload.token).toBe(
    "t",
  );
  await node.stop();
  expect(node.counters.total("errors.total TOPIC_UNKNOWN")).toBe(2);
  expect(node.counters.total("messages.total reported")).toBe(2);
  node = await startNode(mosquitto.url.replace("//", "//bridge:p%40%2F@"));
  await gateways.up("gw-2", "{}");
  await node.received(1);
  await node.stop();
  expect(node.counters.total("redelivered.total")).toBe(0);
});

test("a topic that names no possible gateway is counted and forgotten", async () => {
  await gateways.up("-x", "{}");
  await gateways.up("a b", "{}");
  await gateways.client.publishAsync("gw/gw-1/up", "{}", { qos: 1 });
  await gateways.client.publishAsync("gw//up/hello", "{}", { qos: 1 });
  await gateways.down("gw/gw-1/down/error");
  await node.stop();
  expect(node.counters.total("errors.total MALFORMED_GATEWAY_ID")).toBe(3);
  expect(gateways.downs).toHaveLength(1);
});

test("a gateway that is not registered gets no twin, and is told", async () => {
  await gateways.up("gw-9", "{}");
  const { payload } = await gateways.down("gw/gw-9/down/error");
  expect(payload).toMatchObject({ code: 404, reason: "GATEWAY_NOT_FOUND", topic: "gw/gw-9/up/reported" });
  await gateways.up("gw-1", "{}");
  await node.received(1);
  expect(node.twins.messages.map(({ gatewayId }) => gatewayId)).toEqual(["gw-1"]);
});

test("a gateway is known as soon as it is created, also when it spoke before", async () => {
  await gateways.up("gw-9", '{"state":{}}');
  await gateways.down("gw/gw-9/down/error");
  node.registered.add("gw-9");
  await broadcast(node.broker, "gateways.created", { gatewayIds: ["gw-9"] });
  await gateways.up("gw-9", '{"state":{"a":1}}');
  await node.received(1);
  expect(node.twins.texts).toEqual(['{"state":{"a":1}}']);
});

test("a deleted gateway is unknown from then on", async () => {
  await gateways.up("gw-1", '{"state":{}}');
  await node.received(1);
  node.registered.delete("gw-1");
  await broadcast(node.broker, "gateways.credentialsRevoked", { gatewayId: "gw-1" });
  await gateways.up("gw-1", '{"state":{"a":1}}');
  await gateways.down("gw/gw-1/down/error");
  expect(node.twins.messages).toHaveLength(1);
});

test("while the registry is down messages wait, and keep their order", async () => {
  node.registry.isDown = true;
  const texts = Array.from({ length: 20 }, (_, n) => `{"state":{"n":${n}}}`);
  for (const text of texts) await gateways.up("gw-1", text);
  await waitFor("lookups", () => node.registry.asked > 2);
  expect(node.twins.messages).toEqual([]);
  node.registry.isDown = false;
  await node.received(20);
  expect(node.twins.texts).toEqual(texts);
});

test("presence is told as soon as it has an owner, and by whom", async () => {
  await gateways.up("gw-1", '{"boot":"b"}', "hello");
  await node.received(1);
  node.routes.presenceOwner = "here";
  node.routes.changed();
  await waitFor("the signal", () => node.presence.told.length > 0, 3000);
  expect(node.presence.told[0]).toMatchObject({ gatewayId: "gw-1", kind: "hello", node: "here" });
  expect([...node.presence.edges]).toEqual(["mqtt-bridge"]);
});

test("messages for gateways go to the broker while it is there, else the caller is to try again", async () => {
  const messages = [1, 2].map((n) => ({ gatewayId: `gw-${n}`, topic: "delta", payload: `{"version":${n}}` }));
  expect(await call(node.broker, "mqtt-bridge.deliver", { messages })).toEqual({ missing: [] });
  await node.broker.emit("downlink.publish", { messages: [{ ...messages[0], topic: "desired" }] });
  await gateways.down("gw/gw-1/down/desired");
  expect((await gateways.down("gw/gw-2/down/delta")).payload).toEqual({ version: 2 });
  await mosquitto.kill("SIGKILL");
  await waitFor("the loss", () =>
    node.problems().some((problem) => problem.startsWith("bridge, to gateways")),
  );
  const refused = call(node.broker, "mqtt-bridge.deliver", { messages });
  await expect(refused).rejects.toMatchObject({ type: "SERVICE_UNAVAILABLE", retryable: true });
  await node.broker.emit("downlink.publish", { messages });
  await mosquitto.start();
  await node.connected();
  expect(await call(node.broker, "mqtt-bridge.deliver", { messages })).toEqual({ missing: [] });
  await node.stop();
  expect(node.counters.total("downlinks.left_out.total")).toBe(2);
});
