import type { BrokerOptions } from "moleculer";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DownMessage } from "../../actors/contracts/edge.ts";
import { broadcast, call } from "../../mixins/bridge.ts";
import { openSessions } from "../helpers/fake-presence.ts";
import { freshNamespace, sharedServers } from "../helpers/servers.ts";
import { type Harness, startFrontHarness, until } from "./front-harness.ts";

/** Two nodes, each with a front and with twins. */
let one: Harness;
let two: Harness;

const SETTINGS = { ingestTimeoutMs: 300 };

beforeEach(async () => {
  const namespace = freshNamespace();
  const options = (nodeID: string): BrokerOptions => ({
    nodeID,
    namespace,
    transporter: { type: "NATS", options: { url: sharedServers().natsUrl } },
    serializer: "CBOR",
  });
  [one, two] = await Promise.all([
    startFrontHarness(SETTINGS, options("one")),
    startFrontHarness(SETTINGS, options("two")),
  ]);
  await Promise.all([one, two].map(({ broker }) => broker.waitForServices("mqtt-front")));
  await until("they know each other", () =>
    [one, two].every(({ broker }) => broker.registry.nodes.list({ onlyAvailable: true }).length === 2),
  );
});
afterEach(() => Promise.all([one?.stop(), two?.stop()]));

const takenOver = (front: Harness) => front.counters.total("connections.closed.total taken_over");

describe("a second connection of the same client id at another front", () => {
  const will = { topic: "gw/gw-1/up/bye", payload: Buffer.from("{}"), qos: 1, retain: false } as const;

  test("takes over from the first, whose will is not published", async () => {
    const first = await one.connect("gw-1", { clientId: "same", will });
    const second = await two.connect("gw-1", { clientId: "same" });
    await until("the first is closed", () => !first.client.connected);
    await until("it is counted", () => takenOver(one) === 1);
    await second.up("reported", { state: {} });
    expect(second.client.connected).toBe(true);
    expect([one.counters.total("messages.total bye"), takenOver(two)]).toEqual([0, 0]);
  });

  test("leaves alone other clients of the gateway and other gateways", async () => {
    const others = [
      await one.connect("gw-1", { clientId: "other" }),
      await one.connect("gw-2", { clientId: "same" }),
    ];
    const first = await one.connect("gw-1", { clientId: "same" });
    await two.connect("gw-1", { clientId: "same" });
    await until("the first is closed", () => !first.client.connected);
    expect(others.map(({ client }) => client.connected)).toEqual([true, true]);
  });

  test("that was announced late does not end a younger one", async () => {
    const gateway = await two.connect("gw-1", { clientId: "same" });
    const announce = (ageMs: number) => {
      const links = [{ gatewayId: "gw-1", clientId: "same", ageMs }];
      return broadcast(one.broker, "edge.connected", { nodeId: "one", links });
    };
    await announce(60_000);
    await one.downlink("gw-1", "delta", {});
    await until("the announcement has arrived before this", () => gateway.received.length === 1);
    await gateway.up("reported", {});
    await announce(0);
    await until("it is closed", () => !gateway.client.connected);
  });

  test("at the same time: a client that connects again where it was closed ends up with one", async () => {
    const links = await Promise.all([one, two].map((front) => front.rawGateway("gw-1")));
    await until("one or both are closed", () => links.some(({ isClosed }) => isClosed));
    const last = await two.connect("gw-1");
    await until("only the last is left", () => links.every(({ isClosed }) => isClosed));
    await last.up("reported", { state: {} });
    expect(last.client.connected).toBe(true);
  });
});

test("presence, wherever it is, knows the newer connection, although it hears of the older one last", async () => {
  one.presenceRoutes.move("gw-1", "two");
  two.presence.answer = ({ sessionId }) => {
    const isEarly = sessionId?.startsWith("one:") && two.presence.of("opened").length === 0;
    return isEarly ? { ok: false, error: { type: "OVERLOADED", data: {} } } : { ok: true, reply: null };
  };
  await one.connect("gw-1", { clientId: "same" });
  await until("the first was to be told", () => two.presence.calls > 0);
  await two.connect("gw-1", { clientId: "same" });
  await until("the end of the first is told", () => two.presence.of("closed").length > 0);
  const { told } = two.presence;
  expect(told.map(({ kind, node }) => `${kind} ${node}`)).toEqual(["opened two", "opened one", "closed one"]);
  expect(told[2]?.payload.reason).toBe("taken_over");
  expect(openSessions(told)).toEqual(new Set([told[0]?.sessionId]));
});

describe("messages for gateways", () => {
  const to = (gatewayId: string): DownMessage => ({ gatewayId, topic: "delta", payload: '{"version":1}' });

  test("are delivered where they are connected; a front says whom it has not", async () => {
    const gateway = await two.connect("gw-1");
    const elsewhere = await one.connect("gw-2");
    const messages = [to("gw-unknown"), to("gw-1"), to("gw-2")];
    const answer = await call(one.broker, "mqtt-front.deliver", { messages }, { nodeID: "two" });
    expect(answer).toEqual({ missing: [0, 2] });
    await until("it arrives", () => gateway.received.length === 1);
    await one.downlink("gw-1", "delta", { version: 2 });
    await until("the broadcast arrives", () => gateway.received.length === 2);
    expect(gateway.received.map(({ payload }) => payload)).toEqual([{ version: 1 }, { version: 2 }]);
    expect(elsewhere.received).toEqual([]);
  });

  test("that have not subscribed are not missing, and those that have gone are", async () => {
    const link = await two.rawGateway("gw-1");
    const deliver = () =>
      call(one.broker, "mqtt-front.deliver", { messages: [to("gw-1")] }, { nodeID: "two" });
    expect(await deliver()).toEqual({ missing: [] });
    expect(link.has("publish")).toBe(false);
    link.end();
    await until("the front has noticed", () => two.counters.totals.get("connections.open") === 0);
    expect(await deliver()).toEqual({ missing: [0] });
  });
});

describe("an owner on another node", () => {
  test("gets its gateways' messages, as bytes; its answers come as they are", async () => {
    one.routes.move("gw-1", "two");
    two.twins.answer = () => ({ ok: true, reply: [{ topic: "ack", payload: '{"seq":1, "version":2}' }] });
    const gateway = await one.connect("gw-1");
    await gateway.up("reported", { seq: 1, state: {} });
    await until("the answer arrives", () => gateway.received.length === 1);
    expect(two.twins.texts).toEqual(['{"seq":1,"state":{}}']);
    expect(gateway.received).toEqual([{ topic: "ack", payload: { seq: 1, version: 2 } }]);
    expect(one.twins.messages).toEqual([]);
  });

  test("that does not answer is given up for the next one, in order; others do not notice", async () => {
    one.routes.move("gw-1", "two");
    two.twins.hold();
    const gateway = await one.connect("gw-1");
    const other = await one.connect("gw-2");
    const sent = [1, 2, 3].map((n) => gateway.up("reported", { n }));
    await until("it has them", () => two.twins.messages.length > 0);
    await other.up("reported", {});
    one.routes.move("gw-1", "one");
    await Promise.all(sent);
    expect(one.twins.texts).toEqual(["{}", '{"n":1}', '{"n":2}', '{"n":3}']);
  });

  test("that leaves is followed by the next one", async () => {
    one.routes.move("gw-1", "two");
    const gateway = await one.connect("gw-1");
    await gateway.up("reported", { n: 1 });
    await two.stop();
    const sent = gateway.up("reported", { n: 2 });
    await until("it was tried", () => one.counters.total("retries.total CALL_FAILED") > 0);
    one.routes.move("gw-1", "one");
    await sent;
    expect(one.twins.texts).toEqual(['{"n":2}']);
  });

  test("that is the wrong one says so, which is learnt", async () => {
    one.routes.move("gw-1", "two");
    const data = { type: "twin", partition: 5, owner: "one", epoch: 3 };
    two.twins.answer = () => ({ ok: false, error: { type: "NOT_OWNER", data } });
    const gateway = await one.connect("gw-1");
    const sent = gateway.up("reported", {});
    await until("it is learnt", () => one.routes.learned.length > 0);
    one.routes.move("gw-1", "one");
    await sent;
    expect(one.routes.learned[0]).toEqual(data);
  });
});
