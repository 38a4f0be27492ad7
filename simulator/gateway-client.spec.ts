import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { Aedes } from "aedes";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { GatewayClient } from "./gateway-client.ts";
import { Random } from "./random.ts";

// A real broker shows which of the two resends: our spool, not the store of the MQTT library. With both, the
// second connection would carry the report twice.

let broker: Aedes;
let server: Server;
let gateway: GatewayClient;
/** What reached the broker and whether it may acknowledge. */
let heard: { readonly topic: string; readonly body: Record<string, unknown> }[];
let acknowledges: boolean;

beforeEach(async () => {
  heard = [];
  acknowledges = true;
  broker = await Aedes.createBroker();
  broker.authorizePublish = (_client, packet, done) => {
    heard.push({ topic: packet.topic, body: JSON.parse(packet.payload.toString()) });
    if (acknowledges) done(null);
  };
  server = createServer(broker.handle).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  gateway = new GatewayClient({
    mqttUrl: () => `mqtt://127.0.0.1:${port}`,
    credentials: { username: "g:1", password: "secret" },
    boot: "b1",
    counted: true,
    jitter: new Random(1),
  });
});

afterEach(async () => {
  acknowledges = true;
  await gateway.close();
  await new Promise<void>((resolve) => broker.close(resolve));
  server.close();
});

const heardOn = (kind: string) =>
  heard.filter(({ topic }) => topic === `gw/g:1/up/${kind}`).map(({ body }) => body);
const sample = (load: number) => gateway.apply({ type: "sampled", state: { load }, now: 5 });
const until = (done: () => boolean) => vi.waitUntil(done, { interval: 5, timeout: 5000 });

async function join() {
  const hellos = heardOn("hello").length;
  gateway.connect();
  await until(() => gateway.model.connected && heardOn("hello").length > hellos);
}

function send(kind: string, body: object) {
  const payload = Buffer.from(JSON.stringify(body));
  const packet = {
    cmd: "publish",
    topic: `gw/g:1/down/${kind}`,
    payload,
    qos: 1,
    retain: false,
    dup: false,
  } as const;
  broker.publish(packet, () => undefined);
}

test("a delta is applied and reported back; the report waits for its down/ack", async () => {
  await join();
  send("delta", { version: 1, state: { mode: "eco" }, ts: 1 });
  await until(() => gateway.model.spool[0]?.pubacked === true);
  expect(heardOn("reported")).toMatchObject([{ state: { mode: "eco", counter: 1 }, boot: "b1", seq: 1 }]);
  send("ack", { boot: "b1", seq: 1, version: 2 });
  await until(() => gateway.model.spool.length === 0);
});

test("a report without PUBACK is sent exactly once more after a link loss, with the same seq", async () => {
  await join();
  await until(() => heardOn("hello").length === 1);
  acknowledges = false;
  sample(1);
  await until(() => heardOn("reported").length === 1);
  gateway.drop(0, 0);
  expect(gateway.model.connected).toBe(false);
  acknowledges = true;
  await join();
  sample(2);
  await until(() => gateway.model.spool.every(({ pubacked }) => pubacked));
  expect(heardOn("reported").map(({ seq, boot }) => [boot, seq])).toEqual([
    ["b1", 1],
    ["b1", 1],
    ["b1", 2],
  ]);
  expect(gateway.model.tally).toMatchObject({ sent: 2, resent: 1, links: 2 });
});

test("a lost link speaks through the will, an orderly end for itself", async () => {
  await join();
  gateway.drop(0, 0, "b2");
  await until(() => heardOn("bye").length === 1);
  await join();
  await gateway.close();
  await until(() => heardOn("bye").length === 2);
  expect(heardOn("bye")).toEqual([
    { boot: "b1", reason: "link lost" },
    { boot: "b2", reason: "simulation over" },
  ]);
});

test("a refused connection is remembered and tried again later, not at once", async () => {
  broker.authenticate = (_client, _username, _password, done) => done(null, false);
  gateway.connect();
  await until(() => gateway.lastError !== undefined && gateway.wantsLink(Number.MAX_SAFE_INTEGER));
  expect(gateway.lastError).toMatch(/refused/);
  expect(gateway.wantsLink(Date.now())).toBe(false);
});

test("malformed messages are counted", async () => {
  await join();
  send("delta", { version: "one" });
  await until(() => gateway.malformed === 1);
});

test("room is told as soon as an acknowledgement makes it, or not at all", async () => {
  const { signal } = new AbortController();
  sample(1);
  expect(await gateway.room(2, 1000, signal)).toBe(true);
  expect(await gateway.room(1, 1, signal)).toBe(false);
  const room = gateway.room(1, 60_000, signal);
  gateway.apply({ type: "pubacked", id: 1 });
  gateway.apply({ type: "acked", boot: "b1", seq: 1 });
  expect(await room).toBe(true);
});
