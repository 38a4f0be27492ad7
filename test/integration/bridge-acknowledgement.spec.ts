import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { MqttVersion } from "../../services/edge/mqtt-bridge/dialer.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { connectGateways, newBridge, numbered, startBroker, tapWire } from "./bridge-harness.ts";

let broker: Awaited<ReturnType<typeof startBroker>>;
let prefixes = 0;
const cleanUps: (() => unknown)[] = [];

beforeAll(async () => {
  broker = await startBroker();
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});
afterAll(() => broker.stop());

/** Sessions outlive a test: each has client ids of its own. */
function start(url: string, choices: Parameters<typeof newBridge>[1] = {}) {
  prefixes += 1;
  const bridge = newBridge(url, { prefix: `a${prefixes}-`, ...choices });
  cleanUps.push(bridge.stop);
  return bridge;
}

async function gateways() {
  const clients = await connectGateways(broker.url);
  cleanUps.push(clients.end);
  return clients;
}

describe.each<MqttVersion>([5, 4])("over MQTT version %i", (protocolVersion) => {
  test("what has no outcome yet is handed out again, what has one is not", async () => {
    const { bridge, adopt, twins, received, holding, counters, stop } = start(broker.url, {
      protocolVersion,
    });
    const { upAll } = await gateways();
    const texts = numbered(300);
    await adopt(0);
    twins.hold();
    await upAll(texts);
    await holding(300);
    bridge.drop(0);
    await adopt(0);
    await holding(300);
    twins.release();
    await holding(0);
    expect([...new Set(twins.texts)].toSorted()).toEqual(texts.toSorted());
    const { length } = twins.messages;
    // What was not in a call when the connection ended is not sent in vain.
    expect(length).toBeLessThan(600);
    await bridge.surrender(0);
    await adopt(0);
    await upAll(["{}"]);
    await received(length + 1);
    await holding(0);
    expect(twins.messages).toHaveLength(length + 1);
    await stop();
    expect(counters.total("redelivered.total")).toBe(300);
  });

  test("a PUBACK follows its outcome, once, in the order of arrival", async () => {
    const tap = await tapWire(broker, protocolVersion);
    cleanUps.push(tap.close);
    const { adopt, twins, holding } = start(tap.url, { protocolVersion, settings: { batchMessages: 7 } });
    const { upAll } = await gateways();
    await adopt(0);
    twins.hold();
    await upAll(numbered(100));
    await holding(100);
    expect(tap.sent("puback")).toEqual([]);
    twins.release();
    await waitFor("all PUBACKs", () => tap.sent("puback").length >= 100);
    expect(tap.sent("puback").map(({ messageId }) => messageId)).toEqual(tap.handedOut());
  });

  test("beyond its bound a slot reads nothing more, and its connection lives on", async () => {
    const tap = await tapWire(broker, protocolVersion);
    cleanUps.push(tap.close);
    const { bridge, adopt, twins, received, counters, stop } = start(tap.url, {
      protocolVersion,
      settings: { unacknowledgedMessages: 20, keepAliveSeconds: 1 },
    });
    const { upAll } = await gateways();
    await adopt(0);
    twins.hold();
    await upAll(numbered(200));
    // The broker and the client would both have given a silent connection up by then.
    await waitFor("pings", () => tap.sent("pingreq").length >= 7);
    expect(bridge.unacknowledged).toBe(20);
    twins.release();
    await received(200);
    expect(twins.texts.toSorted()).toEqual(numbered(200).toSorted());
    expect(tap.sent("connect")).toHaveLength(2);
    await stop();
    expect(counters.total("redelivered.total")).toBe(0);
  });
});

test("the bound counts bytes, too", async () => {
  const { adopt, twins, received, holding } = start(broker.url, { settings: { unacknowledgedBytes: 1000 } });
  const { upAll } = await gateways();
  await adopt(0);
  twins.hold();
  const large = numbered(10).map((text) => text.padEnd(300));
  await upAll(large);
  await holding(4);
  twins.release();
  await received(10);
  expect(twins.texts.toSorted()).toEqual(large.toSorted());
});

test("a full way to the twins stops the slots, and room starts them again", async () => {
  const { bridge, adopt, twins, received } = start(broker.url, { settings: { waitingMessages: 30 } });
  const { upAll } = await gateways();
  await adopt(0, 1);
  // Known from here on: what waits for a lookup is not on its way yet.
  await upAll(numbered(10));
  await received(10);
  twins.hold();
  await upAll(numbered(200));
  await waitFor("a full way", () => bridge.unacknowledged >= 30);
  expect(bridge.unacknowledged).toBeLessThan(32);
  twins.release();
  await received(210);
});
