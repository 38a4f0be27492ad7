import { createServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../actors/contracts/limits.ts";
import { freePort } from "../../scripts/servers/free-port.ts";
import type { IngestOutcome } from "../../services/edge/ingest/ingest-batcher.ts";
import { Front } from "../../services/edge/mqtt-front/front.ts";
import { FRONT_SETTINGS } from "../../services/edge/mqtt-front/settings.ts";
import { NO_PRESENCE } from "../../services/edge/signals/presence-routes.ts";
import { MemoryCounters } from "../../stores/memory/shared-counters.ts";
import { CountersInMemory, type Harness, startFrontHarness, until } from "./front-harness.ts";

let front: Harness;

afterEach(() => front?.stop());

const overloaded: IngestOutcome = { ok: false, error: { type: "OVERLOADED", data: {} } };

describe("while the twins cannot take messages", () => {
  test("connections stay, nothing is acknowledged, and all arrive in order afterwards", async () => {
    front = await startFrontHarness();
    front.twins.answer = () => overloaded;
    const gateway = await front.connect("gw-1");
    const sent = Array.from({ length: 20 }, (_, n) => gateway.up("reported", { state: { n } }));
    await until("it was tried again", () => front.twins.batches.length > 4);
    expect(gateway.client.connected).toBe(true);
    const applied: string[] = [];
    front.twins.answer = ({ payload }) => {
      applied.push(Buffer.from(payload).toString());
      return { ok: true, reply: [] };
    };
    await Promise.all(sent);
    expect(applied).toEqual(Array.from({ length: 20 }, (_, n) => JSON.stringify({ state: { n } })));
    expect(gateway.received).toEqual([]);
  });

  test("failed calls are tried again", async () => {
    front = await startFrontHarness();
    front.twins.fails = true;
    const gateway = await front.connect("gw-1");
    const sent = gateway.up("get", {});
    await until("it was tried again", () => front.twins.batches.length > 2);
    front.twins.fails = false;
    await sent;
  });

  test("a gateway that leaves is not waited for", async () => {
    front = await startFrontHarness();
    front.twins.answer = () => overloaded;
    const link = await front.rawGateway("gw-1");
    link.publish("gw/gw-1/up/reported", "{}", 1);
    await until("it was tried", () => front.twins.batches.length > 0);
    link.end();
    await until("nothing waits", () => front.counters.totals.get("messages.waiting") === 0);
  });
});

test("gateways whose owner is not known have all others go on, however much they send", async () => {
  front = await startFrontHarness({ waitingMessages: 300 });
  front.routes.move("gw-1", undefined);
  const other = await front.connect("gw-2");
  const ids = Array.from({ length: 100 }, (_, n) => n + 1);
  const links = await Promise.all(Array.from({ length: 10 }, (_, n) => front.rawGateway("gw-1", 60, `${n}`)));
  for (const link of links) for (const id of ids) link.publish("gw/gw-1/up/reported", "x".repeat(8192), id);
  await until("they wait", () => (front.counters.totals.get("messages.waiting") ?? 0) > 200);
  for (let n = 0; n < 20; n++) await other.up("reported", {});
  expect(links.flatMap((link) => link.ids("puback"))).toEqual([]);
  front.routes.move("gw-1", front.broker.nodeID);
  await until("all are acknowledged", () => links.every((link) => link.ids("puback").length === ids.length));
});

/** Whether new connections are refused, while those that are open go on. */
async function untilRefused(): Promise<void> {
  let isRefused = false;
  await until("connections are refused", () => {
    front.raw().catch(() => {
      isRefused = true;
    });
    return isRefused;
  });
}

describe("stopping", () => {
  test("waits for what is in flight and acknowledges it", async () => {
    front = await startFrontHarness();
    const gateway = await front.connect("gw-1");
    front.twins.hold();
    const sent = gateway.up("reported", { state: {} });
    await until("it is in flight", () => front.twins.messages.length === 1);
    const stopping = front.broker.stop();
    await untilRefused();
    front.twins.release();
    await sent;
    await stopping;
    await until("the connection is closed", () => !gateway.client.connected);
  });

  test("does not speak for the gateways: their wills are not published", async () => {
    front = await startFrontHarness();
    const will = { topic: "gw/gw-1/up/bye", payload: Buffer.from("{}"), qos: 1, retain: false } as const;
    await front.connect("gw-1", { will });
    await front.broker.stop();
    expect(front.counters.total("messages.total bye")).toBe(0);
  });

  test("waits no longer than its limit", async () => {
    front = await startFrontHarness({ stopTimeoutMs: 50 });
    const gateway = await front.connect("gw-1");
    front.twins.hold();
    void gateway.up("reported", { state: {} }).catch(() => {});
    await until("it is in flight", () => front.twins.messages.length === 1);
    await front.broker.stop();
    await until("the connection is closed", () => !gateway.client.connected);
  });
});

test("a port that is taken gives one clear error", async () => {
  const port = await freePort("127.0.0.1");
  const taken = createServer().listen(port, "127.0.0.1");
  const second = new Front({
    address: { host: "127.0.0.1", port },
    limits: DEFAULT_LIMITS,
    settings: FRONT_SETTINGS,
    clock: Date.now,
    counters: new CountersInMemory(),
    log: { info: () => {}, warn: () => {}, error: () => {} },
    dummyHash: "",
    attempts: new MemoryCounters(1, Date.now),
    passwordHash: async () => null,
    verify: async () => false,
    nodeId: "node",
    ownerOf: () => "node",
    learn: () => {},
    announce: null,
    ingest: async () => [],
    presence: NO_PRESENCE,
    signal: async () => [],
  });
  await expect(second.start()).rejects.toThrow(
    `MQTT_HOST, MQTT_PORT: '127.0.0.1:${port}' cannot be listened on`,
  );
  taken.close();
});
