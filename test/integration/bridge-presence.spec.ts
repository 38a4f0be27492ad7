import { connectAsync } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { MqttVersion } from "../../services/edge/mqtt-bridge/dialer.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { connectGateways, newBridge, startBroker } from "./bridge-harness.ts";

let broker: Awaited<ReturnType<typeof startBroker>>;
const cleanUps: (() => unknown)[] = [];

beforeEach(async () => {
  broker = await startBroker();
  cleanUps.push(() => broker.stop());
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(choices: Parameters<typeof newBridge>[1] = {}, protocolVersion: MqttVersion = 4) {
  const bridge = newBridge(broker.url, { protocolVersion, ...choices });
  cleanUps.push(bridge.stop);
  await bridge.adopt(0);
  const gateways = await connectGateways(broker.url, protocolVersion);
  cleanUps.push(gateways.end);
  const told = (n: number) => waitFor(`${n} signals`, () => bridge.presence.told.length >= n);
  return { ...bridge, ...gateways, told };
}

describe.each<MqttVersion>([5, 4])("over MQTT version %i", (protocolVersion) => {
  test("the will of a gateway that is cut off is a bye, told without a session", async () => {
    const { presence, told } = await start({}, protocolVersion);
    const will = {
      topic: "gw/gw-1/up/bye",
      payload: Buffer.from('{"boot":"b"}'),
      qos: 1,
      retain: false,
    } as const;
    const gateway = await connectAsync(broker.url, { protocolVersion, reconnectPeriod: 0, will });
    await gateway.publishAsync("gw/gw-1/up/hello", '{"boot":"b"}', { qos: 1 });
    await gateway.publishAsync("gw/gw-1/up/heartbeat", '{"board":{"cpu":1}}', { qos: 0 });
    await told(2);
    gateway.stream.destroy();
    await told(3);
    expect(presence.words("gw-1")).toEqual(["hello", "heartbeat", "bye"]);
    expect(presence.told.map(({ sessionId }) => sessionId)).toEqual([null, null, null]);
    expect(presence.told[2]?.payload).toEqual({ boot: "b" });
  });

  test("what the broker hands out twice is told twice, in order", async () => {
    const first = await start({}, protocolVersion);
    first.twins.hold();
    await first.up("gw-1", '{"boot":"b"}', "hello");
    await first.up("gw-1", '{"boot":"b"}', "bye");
    await first.told(2);
    first.bridge.drop(0);
    const second = newBridge(broker.url, { protocolVersion });
    cleanUps.push(second.stop);
    await second.adopt(0);
    await waitFor("the copies", () => second.presence.told.length >= 2);
    expect([first, second].map(({ presence }) => presence.words("gw-1"))).toEqual([
      ["hello", "bye"],
      ["hello", "bye"],
    ]);
  });
});

test("other messages are signs of life, told once in a while; after a bye the first one is told again", async () => {
  const { presence, up, received, told } = await start();
  for (let n = 0; n < 10; n++) await up("gw-1", '{"state":{}}');
  await received(10);
  await up("gw-1", '{"values":{"t":1}}', "telemetry");
  await up("gw-1", '{"boot":"b"}', "bye");
  await up("gw-1", '{"state":{}}');
  await up("gw-2", '{"boot":"b"}', "hello");
  await up("gw-2", '{"state":{}}');
  await up("gw-1", '{"boot":"b"}', "bye");
  await told(5);
  expect(presence.words("gw-1")).toEqual(["alive", "bye", "alive", "bye"]);
  expect(presence.words("gw-2")).toEqual(["hello"]);
  expect(presence.of("alive")[0]?.payload.keepAliveMs).toBe(600_000);
  expect(presence.of("alive")[0]?.sessionId).toBe(null);
});

test("who is remembered for that is bounded", async () => {
  const { presence, up, told } = await start({ settings: { gatewaysKept: 1 } });
  await up("gw-1", '{"state":{}}');
  for (const [at, gatewayId] of ["gw-1", "gw-2", "gw-1"].entries()) {
    await up(gatewayId, '{"state":{}}');
    // What the registry is asked about the same gateway meanwhile would overtake the others.
    await told(at + 1);
  }
  expect(presence.of("alive").map(({ gatewayId }) => gatewayId)).toEqual(["gw-1", "gw-2", "gw-1"]);
});

test("a sign of life comes again after its time", async () => {
  const { presence, up, told } = await start({ settings: { aliveIntervalMs: 20 } });
  await up("gw-1", '{"state":{}}');
  await told(1);
  await waitFor("another one", async () => {
    await up("gw-1", '{"state":{}}');
    return presence.told.length > 1;
  });
});

test("presence hears nothing of who is not registered, nor of what is wrong", async () => {
  const { presence, up, down, told } = await start({ exists: async (gatewayId) => gatewayId !== "gw-9" });
  await up("gw-9", '{"boot":"b"}', "hello");
  await up("gw-9", '{"boot":"b"}', "bye");
  await up("gw-1", '{"board":1}', "heartbeat");
  await up("gw-1", "{}", "bye");
  await down("gw/gw-1/down/error");
  await up("gw-2", '{"boot":"b"}', "hello");
  await told(1);
  expect(presence.told.map(({ gatewayId }) => gatewayId)).toEqual(["gw-2"]);
});

test("while presence does not answer everything is acknowledged, and the twins get theirs", async () => {
  const { presence, up, received, holding, told } = await start();
  presence.hold();
  await up("gw-1", '{"boot":"b"}', "hello");
  await up("gw-1", '{"board":{}}', "heartbeat");
  await up("gw-1", '{"state":{}}');
  await up("gw-1", '{"boot":"b"}', "bye");
  await received(2);
  await holding(0);
  expect(presence.told).toEqual([]);
  presence.release();
  await told(3);
  expect(presence.words("gw-1")).toEqual(["hello", "heartbeat", "bye"]);
});
