import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../actors/contracts/limits.ts";
import { type Harness, startFrontHarness, until } from "./front-harness.ts";

let front: Harness;

beforeEach(async () => {
  front = await startFrontHarness();
});
afterEach(() => front.stop());

describe("a message for the twin", () => {
  test("is acknowledged only after its outcome", async () => {
    const gateway = await front.connect("gw-1");
    const other = await front.connect("gw-2");
    front.twins.hold();
    let isAcknowledged = false;
    const sent = gateway.up("reported", { state: { a: 1 } }).then(() => {
      isAcknowledged = true;
    });
    await until("the message arrives", () => front.twins.messages.length === 1);
    await other.up("heartbeat", {});
    expect(isAcknowledged).toBe(false);
    front.twins.release();
    await sent;
    expect(front.twins.messages[0]).toMatchObject({ gatewayId: "gw-1", kind: "reported" });
    expect(front.twins.texts).toEqual(['{"state":{"a":1}}']);
  });

  test("is answered on the down topics", async () => {
    front.twins.answer = () => ({
      ok: true,
      reply: [
        { topic: "ack", payload: '{"seq":7,"version":1}' },
        { topic: "delta", payload: '{"version":1,"state":{"b":2},"ts":5}' },
      ],
    });
    const gateway = await front.connect("gw-1");
    await gateway.up("reported", { state: {}, seq: 7 });
    await until("the answers arrive", () => gateway.received.length === 2);
    expect(gateway.received).toEqual([
      { topic: "ack", payload: { seq: 7, version: 1 } },
      { topic: "delta", payload: { version: 1, state: { b: 2 }, ts: 5 } },
    ]);
  });

  test("that is refused gets down/error and its PUBACK", async () => {
    front.twins.answer = () => ({ ok: false, error: { type: "NOT_AN_OBJECT", data: { what: "state" } } });
    const gateway = await front.connect("gw-1");
    await gateway.up("reported", { state: [], seq: 9, token: "t" });
    await until("the error arrives", () => gateway.received.length === 1);
    expect(gateway.errors()).toEqual([
      {
        topic: "gw/gw-1/up/reported",
        code: 400,
        reason: "NOT_AN_OBJECT",
        message: "The state must be a JSON object.",
        seq: 9,
        token: "t",
      },
    ]);
  });

  test("goes on as bytes, whatever they are: the twin checks them", async () => {
    const gateway = await front.connect("gw-1");
    const broken = [Buffer.from("{"), Buffer.from("[1]"), Buffer.from([0xff, 0xfe]), Buffer.alloc(0)];
    await Promise.all(broken.map((payload) => gateway.up("reported", payload)));
    await gateway.up("get", Buffer.from(`{"state":${"[".repeat(100_000)}`));
    expect(front.twins.messages.map(({ payload }) => payload.length)).toEqual([1, 3, 2, 0, 100_009]);
  });

  test("may have 256 KiB; a byte more is refused here", async () => {
    const gateway = await front.connect("gw-1");
    const limit = DEFAULT_LIMITS.mqttPayloadBytes;
    await gateway.up("reported", Buffer.alloc(limit, 32));
    await gateway.up("reported", Buffer.alloc(limit + 1, 32));
    await until("the error arrives", () => gateway.received.length === 1);
    expect(gateway.errors()[0]).toMatchObject({ code: 413, reason: "PAYLOAD_TOO_LARGE" });
    expect(front.twins.messages).toHaveLength(1);
  });
});

describe("other kinds", () => {
  test("are checked and acknowledged, and reach no twin", async () => {
    const gateway = await front.connect("gw-1");
    await gateway.up("telemetry", [{ values: { t: 1.5 } }]);
    await gateway.up("log", { seq: 1, text: "door" });
    await gateway.publish("gw/gw-1/res/42", { id: "42", status: "OK" });
    await gateway.up("log", { seq: 2, text: "door", more: 1, token: "e-1" });
    await gateway.up("heartbeat", Buffer.from([0xff]));
    await gateway.up("log", Buffer.from("{"));
    await gateway.up("bye", 5);
    await gateway.up("bye", [{ boot: "b" }]);
    await gateway.up("telemetry", [5]);
    await gateway.up("heartbeat", { ts: 1 });
    await until("the errors arrive", () => gateway.received.length === 7);
    expect(gateway.errors().map(({ reason }) => reason)).toEqual([
      "INVALID_ARGUMENT",
      "INVALID_UTF8",
      "MALFORMED_JSON",
      "NOT_AN_OBJECT",
      "NOT_AN_OBJECT",
      "INVALID_ARGUMENT",
      "INVALID_ARGUMENT",
    ]);
    expect(gateway.errors()[0]).toMatchObject({ token: "e-1" });
    expect(front.twins.messages).toEqual([]);
  });

  test("as the will reach the front when the link is cut", async () => {
    const will = {
      topic: "gw/gw-1/up/bye",
      payload: Buffer.from('{"boot":"b"}'),
      qos: 1,
      retain: false,
    } as const;
    const gateway = await front.connect("gw-1", { will });
    gateway.client.stream.destroy();
    await until("the will is counted", () => front.counters.total("messages.total bye") === 1);
  });
});

describe("topics", () => {
  test("of others and unknown ones are refused, the link stays and nobody else notices", async () => {
    const gateway = await front.connect("gw-1");
    const other = await front.connect("gw-2");
    const topics = ["gw/gw-2/up/reported", "gw/gw-2/down/delta", "$SYS/x", "gw/gw-10/up/hello", "a\u0000b"];
    for (const topic of topics) await gateway.publish(topic, {});
    for (const topic of ["gw/gw-1/up/nonsense", "gw/gw-1/down/delta", "gw/gw-1/up/reported/x"])
      await gateway.publish(topic, { seq: 3 });
    await until("the errors arrive", () => gateway.received.length === 8);
    expect(gateway.errors().map(({ reason }) => reason)).toEqual([
      ...topics.map(() => "TOPIC_FORBIDDEN"),
      ...Array(3).fill("TOPIC_UNKNOWN"),
    ]);
    expect(gateway.errors()[0]).toMatchObject({ code: 403, topic: "gw/gw-2/up/reported" });
    expect(other.received).toEqual([]);
    expect(front.twins.messages).toEqual([]);
    expect(gateway.client.connected).toBe(true);
  });

  test("can be subscribed to below the own down only", async () => {
    const gateway = await front.connect("gw-1");
    const filters = [
      "#",
      "gw/+/down/#",
      "gw/gw-2/down/#",
      "gw/gw-1/up/#",
      "gw/gw-1/+/delta",
      "+/+/+/+",
      "$SYS/#",
    ];
    for (const filter of filters) {
      await expect(gateway.client.subscribeAsync(filter), filter).rejects.toThrow();
    }
    for (const filter of ["gw/gw-1/down/delta", "gw/gw-1/down/+", "gw/gw-1/down/+/x"]) {
      await expect(gateway.client.subscribeAsync(filter)).resolves.toBeDefined();
    }
    await front.downlink("gw-1", "delta", { n: 1 });
    await until("the delta arrives", () => gateway.received.length > 0);
  });

  test("are left with UNSUBSCRIBE", async () => {
    const gateway = await front.connect("gw-1");
    const still = await front.connect("gw-1", { clientId: "still" });
    await gateway.client.subscribeAsync("gw/gw-1/down/twin", { qos: 1 });
    await gateway.client.unsubscribeAsync("gw/gw-1/down/#");
    for (const topic of ["delta", "twin"]) await front.downlink("gw-1", topic, {});
    await until("both have theirs", () => still.received.length === 2 && gateway.received.length > 0);
    expect(gateway.received.map(({ topic }) => topic)).toEqual(["twin"]);
  });

  test("with wildcards close the link of who publishes to them, and no other", async () => {
    const other = await front.connect("gw-2");
    const link = await front.rawGateway("gw-1");
    link.publish("gw/+/up/reported", "{}", 1);
    await until("the link is closed", () => link.isClosed);
    expect(other.client.connected).toBe(true);
  });

  test("with a retained message keep nothing", async () => {
    const gateway = await front.connect("gw-1");
    const publish = { qos: 1, retain: true } as const;
    await gateway.client.publishAsync("gw/gw-1/up/event", '{"type":"x"}', publish);
    const again = await front.connect("gw-1", { clientId: "second" });
    await again.up("heartbeat", { board: {} });
    expect(again.received).toEqual([]);
  });
});

describe("QoS", () => {
  test("0 and 2 are served as well", async () => {
    const gateway = await front.connect("gw-1");
    await gateway.client.publishAsync("gw/gw-1/up/reported", '{"state":{"q":2}}', { qos: 2 });
    await gateway.client.publishAsync("gw/gw-1/up/reported", '{"state":{"q":0}}', { qos: 0 });
    await until("both arrive", () => front.twins.messages.length === 2);
  });
});

describe("downlinks", () => {
  test("go to the gateway that is connected here, and nowhere else", async () => {
    const gateway = await front.connect("gw-1");
    const other = await front.connect("gw-2");
    const send = (gatewayId: string, n: number) => front.downlink(gatewayId, "desired", { n });
    await send("gw-unknown", 0);
    for (let n = 1; n <= 100; n++) await send("gw-1", n);
    await until("all arrive", () => gateway.received.length === 100);
    expect(gateway.received.map(({ payload }) => payload.n)).toEqual(
      Array.from({ length: 100 }, (_, n) => n + 1),
    );
    expect(other.received).toEqual([]);
  });
});
