import { afterEach, describe, expect, test } from "vitest";
import aedes from "../../node_modules/aedes/package.json" with { type: "json" };
import mqttPacket from "../../node_modules/mqtt-packet/package.json" with { type: "json" };
import { type Harness, startFrontHarness, until } from "./front-harness.ts";

let front: Harness;

afterEach(() => front?.stop());

const publishHeader = (remainingLength: readonly number[]) => Buffer.from([0x32, ...remainingLength]);
/** 200 MB as MQTT writes lengths. */
const HUGE = publishHeader([0x80, 0x84, 0xaf, 0x5f]);

test("the packages whose private parts are used are those that were looked at", () => {
  expect([aedes.version, mqttPacket.version]).toEqual(["1.2.0", "9.0.2"]);
});

describe("a packet announced as 200 MB", () => {
  test("closes the connection before it comes", async () => {
    front = await startFrontHarness();
    const other = await front.connect("gw-2");
    const link = await front.rawGateway("gw-1");
    link.write(HUGE);
    await until("the link is closed", () => link.isClosed);
    expect(other.client.connected).toBe(true);
  });

  test("is not waited for from a stranger either", async () => {
    front = await startFrontHarness();
    const link = await front.raw();
    link.write(Buffer.from([0x10, 0x80, 0x80, 0x08]));
    await until("the link is closed", () => link.isClosed);
  });
});

describe("a dead connection", () => {
  test("ends when its keep-alive has passed", async () => {
    front = await startFrontHarness();
    const link = await front.rawGateway("gw-1", 1);
    await until("the link is closed", () => link.isClosed);
  });

  test("ends when it asked for no keep-alive, too", async () => {
    front = await startFrontHarness({ keepAliveSeconds: 1 });
    const link = await front.rawGateway("gw-1", 0);
    await until("the link is closed", () => link.isClosed);
  });

  test("ends when it never says CONNECT", async () => {
    front = await startFrontHarness({ connectTimeoutMs: 100 });
    const link = await front.raw();
    await until("the link is closed", () => link.isClosed);
  });
});

describe("a client that never reads", () => {
  test("is closed when too much waits for it", async () => {
    front = await startFrontHarness();
    const other = await front.connect("gw-2");
    const link = await front.rawGateway("gw-1");
    link.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "gw/gw-1/down/#", qos: 1 }] });
    await until("SUBACK", () => link.has("suback"));
    link.socket.pause();
    const payload = { filler: "x".repeat(60_000) };
    for (let n = 0; n < 2000 && front.counters.total("connections.closed.total slow_reader") === 0; n++) {
      await front.downlink("gw-1", "desired", payload);
      if (n % 100 === 99) await other.up("heartbeat", {});
    }
    await until("it is counted", () => front.counters.total("connections.closed.total slow_reader") === 1);
    link.socket.resume();
    await until("the link is closed", () => link.isClosed);
  });

  test("is read no further when its answers do not leave", async () => {
    front = await startFrontHarness({ drainTimeoutMs: 300 });
    const link = await front.rawGateway("gw-1");
    const open = () => front.counters.totals.get("connections.open");
    await until("the connection is counted", () => open() === 1);
    link.socket.pause();
    const pings = Buffer.alloc(64 * 1024, Buffer.from([0xc0, 0]));
    await until("the connection is closed", () => {
      if (link.socket.writableLength < 16 * pings.length) link.write(pings);
      return open() === 0;
    });
  });
});

describe("a client that sends without waiting", () => {
  test("has a bounded number of messages in work, and all are acknowledged in order", async () => {
    front = await startFrontHarness({ pendingPackets: 8 });
    front.twins.hold();
    const link = await front.rawGateway("gw-1");
    const ids = Array.from({ length: 2000 }, (_, n) => n + 1);
    for (const id of ids) link.publish("gw/gw-1/up/reported", `{"state":{"n":${id}}}`, id);
    await until("the first arrive", () => front.twins.messages.length > 0);
    await (await front.connect("gw-2")).up("heartbeat", {});
    expect(link.ids("puback")).toEqual([]);
    front.twins.release();
    await until("all are acknowledged", () => link.ids("puback").length === ids.length);
    expect(link.ids("puback")).toEqual(ids);
    expect(front.twins.texts).toEqual(ids.map((id) => `{"state":{"n":${id}}}`));
  });

  test("packet by packet is bounded as well", async () => {
    front = await startFrontHarness({ pendingPackets: 8 });
    front.twins.hold();
    const link = await front.rawGateway("gw-1");
    const other = await front.connect("gw-2");
    for (let id = 1; id <= 50; id++) {
      link.publish("gw/gw-1/up/event", '{"type":"x"}', id);
      link.publish("gw/gw-1/up/reported", "{}", 100 + id);
      await other.up("heartbeat", {});
    }
    await until("they are counted", () => front.counters.total("messages.total event") > 0);
    expect(front.counters.total("messages.total event")).toBeLessThanOrEqual(8);
    front.twins.release();
    await until("all are acknowledged", () => link.ids("puback").length === 100);
  });

  test("may send everything before CONNACK, and keeps its order", async () => {
    front = await startFrontHarness();
    const link = await front.raw();
    link.connect("gw-1", "secret of gw-1");
    for (let id = 1; id <= 30; id++) link.publish("gw/gw-1/up/reported", `${id}`, id);
    for (let id = 31; id <= 60; id++) {
      link.publish("gw/gw-1/up/reported", `${id}`, id);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until("all are acknowledged", () => link.ids("puback").length === 60);
    expect(front.twins.texts).toEqual(Array.from({ length: 60 }, (_, n) => `${n + 1}`));
  });

  test("and is stalled by us keeps its connection beyond its keep-alive", async () => {
    front = await startFrontHarness({ pendingPackets: 2 });
    front.twins.hold();
    const link = await front.rawGateway("gw-1", 1);
    for (let id = 1; id <= 5; id++) link.publish("gw/gw-1/up/reported", "{}", id);
    const pings = setInterval(() => link.send({ cmd: "pingreq" }), 300);
    for (const id of ["gw-2", "gw-3"]) {
      const silent = await front.rawGateway(id, 1);
      await until("a silent connection has outlived its keep-alive", () => silent.isClosed);
    }
    const vouched = () => front.presence.of("alive", "gw-1").map(({ payload: { ageMs = 0 } }) => ageMs);
    await until("presence was told a few times that it is there", () => vouched().length > 3);
    clearInterval(pings);
    expect(link.isClosed).toBe(false);
    expect(Math.max(...vouched())).toBeLessThan(2500);
    front.twins.release();
    await until("all are acknowledged", () => link.ids("puback").length === 5);
  });
});

test("connections beyond the rate are closed at once", async () => {
  front = await startFrontHarness({ connectionsPerSecond: 0.001, connectionBurst: 3 });
  const links = await Promise.all([1, 2, 3, 4, 5].map(() => front.raw()));
  await until("two are closed", () => links.filter(({ isClosed }) => isClosed).length === 2);
});
