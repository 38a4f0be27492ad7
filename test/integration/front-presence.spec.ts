import { afterEach, describe, expect, test } from "vitest";
import { broadcast } from "../../mixins/bridge.ts";
import { SIGNAL_SETTINGS } from "../../services/edge/signals/settings.ts";
import { openSessions } from "../helpers/fake-presence.ts";
import { type Harness, startFrontHarness, until } from "./front-harness.ts";

let front: Harness;

afterEach(() => front?.stop());

const words = () => front.presence.words("gw-1");
const closed = () => words().filter((word) => word.startsWith("closed"));
const bye = { topic: "gw/gw-1/up/bye", payload: Buffer.from('{"boot":"b"}'), qos: 1, retain: false } as const;

test("a connection is told with a session of its own, its keep-alive and its node", async () => {
  front = await startFrontHarness({ keepAliveSeconds: 77 });
  await front.rawGateway("gw-1", 30);
  await front.rawGateway("gw-1", 0, "another");
  await until("both are told", () => front.presence.told.length === 2);
  const [first, second] = front.presence.told;
  expect(first).toMatchObject({ gatewayId: "gw-1", kind: "opened", node: front.broker.nodeID });
  expect([first, second].map((one) => one?.payload.keepAliveMs)).toEqual([30_000, 77_000]);
  expect(first?.payload.ageMs).toBeLessThan(5000);
  expect(first?.sessionId).toContain(front.broker.nodeID);
  expect(second?.sessionId).not.toBe(first?.sessionId);
  expect([...front.presence.edges]).toEqual(["mqtt-front"]);
});

test("nobody hears of a connection that was refused", async () => {
  front = await startFrontHarness();
  const stranger = await front.raw();
  stranger.connect("gw-1", "wrong");
  await until("it is closed", () => stranger.isClosed);
  await front.rawGateway("gw-2");
  await until("the next one is told", () => front.presence.told.length > 0);
  expect(words()).toEqual([]);
});

describe("the end of a connection", () => {
  test("is told as left after DISCONNECT, with its session", async () => {
    front = await startFrontHarness();
    const gateway = await front.connect("gw-1");
    await gateway.client.endAsync();
    await until("it is told", () => closed().length > 0);
    expect(words()).toEqual(["opened", "closed left"]);
    expect(new Set(front.presence.told.map(({ sessionId }) => sessionId)).size).toBe(1);
  });

  test("is told as left after a bye, however the socket ends; the bye goes before it", async () => {
    front = await startFrontHarness();
    const gateway = await front.connect("gw-1");
    await gateway.up("bye", { boot: "b" });
    gateway.client.stream.destroy();
    await until("it is told", () => closed().length > 0);
    expect(words()).toEqual(["opened", "bye", "closed left"]);
  });

  test("is not told by a bye of an earlier power-on that comes late", async () => {
    front = await startFrontHarness();
    const gateway = await front.connect("gw-1");
    await gateway.up("hello", { boot: "b2" });
    await gateway.up("bye", { boot: "b1" });
    gateway.client.stream.destroy();
    await until("it is told", () => closed().length > 0);
    expect(words()).toEqual(["opened", "hello", "closed lost"]);
    await until("it is counted", () => front.counters.total("byes.stale.total") === 1);
  });

  test("is told as lost when the socket just ends; the will is checked, and no bye", async () => {
    front = await startFrontHarness();
    const gateway = await front.connect("gw-1", { will: bye });
    gateway.client.stream.destroy();
    await until("it is told", () => closed().length > 0);
    expect(words()).toEqual(["opened", "closed lost"]);
    await until("the will is counted", () => front.counters.total("messages.total bye") === 1);
    const broken = await front.connect("gw-1", { will: { ...bye, payload: Buffer.from("{") } });
    broken.client.stream.destroy();
    await until("the will is refused", () => front.counters.total("errors.total MALFORMED_JSON") === 1);
  });

  test("is told as lost after the keep-alive, and after what is no MQTT", async () => {
    front = await startFrontHarness();
    await front.rawGateway("gw-1", 1);
    (await front.rawGateway("gw-2")).write(Buffer.from([0x32, 0xff, 0xff, 0xff, 0xff]));
    await until("both are told", () => front.presence.of("closed").length === 2);
    expect(front.presence.of("closed").map(({ payload }) => payload.reason)).toEqual(["lost", "lost"]);
  });

  test("is told as taken over when the client connects again, also if that word comes first", async () => {
    front = await startFrontHarness();
    const first = await front.connect("gw-1", { will: bye });
    const second = await front.connect("gw-1");
    await until("the first is closed", () => !first.client.connected && closed().length > 0);
    expect(closed()).toEqual(["closed taken_over"]);
    const [old, newer] = front.presence.of("opened");
    expect(front.presence.of("closed")[0]?.sessionId).toBe(old?.sessionId);
    expect(openSessions(front.presence.told.toReversed())).toEqual(new Set([newer?.sessionId]));
    await second.client.endAsync();
    await until("the second is told", () => closed().length === 2);
    expect(closed()[1]).toBe("closed left");
  });

  test("is told as revoked when the password is another one", async () => {
    front = await startFrontHarness();
    await front.connect("gw-1", { will: bye });
    await broadcast(front.broker, "gateways.credentialsRevoked", { gatewayId: "gw-1" });
    await until("it is told", () => closed().length > 0);
    expect(words()).toEqual(["opened", "closed revoked"]);
  });

  test("is told as stopped when the front stops, before its node is gone", async () => {
    front = await startFrontHarness({ signals: { ...SIGNAL_SETTINGS, closeTimeoutMs: 10_000 } });
    await front.connect("gw-1", { will: bye });
    await front.rawGateway("gw-2");
    await until("they are told", () => front.presence.of("opened").length === 2);
    front.presence.hold();
    // Later than a stop that waits for nothing.
    setTimeout(() => front.presence.release(), 1000);
    await front.broker.stop();
    expect(words()).toEqual(["opened", "closed stopped"]);
    expect(front.presence.words("gw-2")).toEqual(["opened", "closed stopped"]);
  });
});

test("hello, heartbeat and bye are handed on as they are; what is wrong, and other kinds, are not", async () => {
  front = await startFrontHarness();
  const gateway = await front.connect("gw-1");
  await gateway.up("hello", { boot: "b", firmware: "1.2" });
  await gateway.up("heartbeat", { board: { cpu: 7 } });
  await gateway.up("heartbeat", { board: 7 });
  await gateway.up("reported", { state: {} });
  await gateway.up("telemetry", { values: {} });
  await gateway.up("bye", { reason: "no boot" });
  await gateway.up("bye", { boot: "b" });
  await until("the last is told", () => words().includes("bye"));
  expect(words()).toEqual(["opened", "hello", "heartbeat", "bye"]);
  expect(front.presence.told.slice(1).map(({ payload }) => payload)).toEqual([
    { boot: "b", firmware: "1.2" },
    { board: { cpu: 7 } },
    { boot: "b" },
  ]);
  expect(openSessions(front.presence.told).size).toBe(1);
  expect(new Set(front.presence.told.map(({ sessionId }) => sessionId)).size).toBe(1);
  expect(front.twins.messages.map(({ kind }) => kind)).toEqual(["hello", "reported"]);
});

test("an open connection is vouched for again and again; any packet shows that the gateway lives", async () => {
  front = await startFrontHarness();
  await front.rawGateway("gw-1", 2);
  const alive = await front.rawGateway("gw-2", 2);
  const pings = setInterval(() => alive.send({ cmd: "pingreq" }), 100);
  await until("both are vouched for", () =>
    ["gw-1", "gw-2"].every((gatewayId) => front.presence.of("alive", gatewayId).length >= 2),
  );
  clearInterval(pings);
  const ages = (gatewayId: string) =>
    front.presence.of("alive", gatewayId).map(({ payload: { ageMs = Number.NaN } }) => ageMs);
  expect(Math.max(...ages("gw-2"))).toBeLessThan(900);
  expect(Math.max(...ages("gw-1"))).toBeGreaterThan(1000);
});

describe("while presence does not answer", () => {
  test("everything is acknowledged, and twins get theirs", async () => {
    front = await startFrontHarness();
    front.presence.hold();
    const gateway = await front.connect("gw-1");
    await gateway.up("hello", { boot: "b" });
    await gateway.up("heartbeat", { board: {} });
    await gateway.up("reported", { state: {} });
    await gateway.up("bye", { boot: "b" });
    expect(front.twins.messages).toHaveLength(2);
    expect(front.presence.told).toEqual([]);
    front.presence.release();
    await until("it is told afterwards", () => words().includes("bye"));
    expect(words()).toEqual(["opened", "hello", "heartbeat", "bye"]);
  });

  test("what waits is bounded, and what was given up is repaired", async () => {
    const late = { retryMinMs: 60_000, retryMaxMs: 60_000 };
    front = await startFrontHarness({ signals: { ...SIGNAL_SETTINGS, signalsKept: 5, ...late } });
    for (const gatewayId of ["gw-1", "gw-2"]) front.presenceRoutes.move(gatewayId, undefined);
    const gateway = await front.connect("gw-1", { keepalive: 4 });
    const gone = await front.connect("gw-2");
    for (let n = 0; n < 30; n++) await gateway.up("heartbeat", { board: { n } });
    gone.client.stream.destroy();
    await until("it is counted", () => front.counters.total("signals.dropped.total opened") === 2);
    await until("they are bounded", () => (front.counters.totals.get("signals.waiting") ?? 0) === 5);
    for (const gatewayId of ["gw-1", "gw-2"]) front.presenceRoutes.move(gatewayId, front.broker.nodeID);
    await until("the connection is told", () => words().includes("alive"));
    await until("the end is told", () => front.presence.words("gw-2").length > 0);
    expect(openSessions(front.presence.told).size).toBe(1);
    expect(front.presence.of("heartbeat").at(-1)?.payload).toEqual({ board: { n: 29 } });
  });

  test("a front stops all the same, soon", async () => {
    const signals = { ...SIGNAL_SETTINGS, closeTimeoutMs: 50 };
    front = await startFrontHarness({ signals });
    front.presence.hold();
    await front.rawGateway("gw-1");
    await front.broker.stop();
    expect(front.counters.total("signals.dropped.total closed")).toBe(1);
  });
});

test("what presence refuses is counted, and what comes next goes on; another owner is learnt", async () => {
  front = await startFrontHarness();
  const error = { type: "INVALID_ARGUMENT", data: { problem: "x" } } as const;
  front.presence.answer = ({ kind }) =>
    kind === "heartbeat" ? { ok: false, error } : { ok: true, reply: null };
  const gateway = await front.connect("gw-1");
  await gateway.up("heartbeat", { board: {} });
  await gateway.up("bye", { boot: "b" });
  await until("the next is told", () => words().includes("bye"));
  await until("it is counted", () => front.counters.total("signals.refused.total INVALID_ARGUMENT") === 1);
  const data = { type: "presence", partition: 5, owner: "two", epoch: 3 };
  front.presence.answer = () => ({ ok: false, error: { type: "NOT_OWNER", data } });
  gateway.client.stream.destroy();
  await until("it is learnt", () => front.presenceRoutes.learned.length > 0);
  expect(front.presenceRoutes.learned[0]).toEqual(data);
});
