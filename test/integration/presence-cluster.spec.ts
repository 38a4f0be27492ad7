import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { ConnectionSignal, SignalKind } from "../../actors/contracts/presence.ts";
import { call } from "../../mixins/bridge.ts";
import { PresenceCluster } from "../helpers/presence-cluster.ts";
import { seededRandom } from "../helpers/random.ts";
import { waitFor } from "../helpers/wait-for.ts";

const KEEP_ALIVE_MS = 800;

let cluster: PresenceCluster;
/** Of this test. */
let gateways: string[];
let [first, second] = ["", ""];
let tests = 0;
/** Repeats what an edge repeats for open links. */
let vouching: Promise<unknown>;
let isVouching: boolean;

beforeAll(async () => {
  cluster = await PresenceCluster.open();
});
afterAll(() => cluster.close());
beforeEach(() => {
  tests += 1;
  gateways = Array.from({ length: 24 }, (_, n) => `gw-${tests}-${n}`);
  [first = "", second = ""] = gateways;
  [vouching, isVouching] = [Promise.resolve(), false];
});
afterEach(async () => {
  await stopVouching();
  await cluster.stopNodes();
});

const connection = (more: Partial<ConnectionSignal> = {}) => ({
  keepAliveMs: KEEP_ALIVE_MS,
  ageMs: 0,
  ...more,
});
const tell = (
  gatewayId: string,
  kind: SignalKind,
  sessionId: string | null,
  payload: object = connection(),
) => cluster.tell({ gatewayId, kind, sessionId }, payload);
const sessionOf = (gatewayId: string) => `${gatewayId}/1`;
const register = (gatewayIds: readonly string[]) =>
  call(cluster.edge, "gateways.batchCreate", { requests: gatewayIds.map((gatewayId) => ({ gatewayId })) });

async function connectAll(): Promise<void> {
  await Promise.all(gateways.map((gatewayId) => tell(gatewayId, "opened", sessionOf(gatewayId))));
  isVouching = true;
  vouching = Promise.all(gateways.map(vouch));
}

async function vouch(gatewayId: string): Promise<void> {
  while (isVouching) {
    await tell(gatewayId, "alive", sessionOf(gatewayId));
    await delay(KEEP_ALIVE_MS / 4);
  }
}

async function stopVouching(): Promise<void> {
  isVouching = false;
  await vouching;
}

/** Longer than any keep-alive and grace of these tests: who is gone would have been told of. */
async function untilDeadlinesPassed(): Promise<void> {
  const end = Date.now() + 1.5 * KEEP_ALIVE_MS + 100 + 100 + 300;
  await waitFor("deadlines to pass", () => Date.now() > end);
}

test("everyone stays ONLINE when an owner is gone and another node takes over", async () => {
  const node = await cluster.join("core-a");
  await cluster.join("core-b");
  await connectAll();
  await node.kill();
  await cluster.untilOwned();
  await untilDeadlinesPassed();
  expect(await cluster.states(gateways)).toEqual(gateways.map(() => "ONLINE"));
  expect(new Set(cluster.told(gateways))).toEqual(new Set(["ONLINE"]));
  // Those that fall silent now are missed.
  await stopVouching();
  await waitFor("all to be OFFLINE", async () =>
    (await cluster.states(gateways)).every((s) => s === "OFFLINE"),
  );
});

test("a restart of the only node is not told of, and keeps what gateways last said", async () => {
  await register([first]);
  const node = await cluster.join("core-a");
  await connectAll();
  await tell(first, "hello", sessionOf(first), {
    boot: "b1",
    firmware: "1.2.3",
    board: { cpu: 1, rssi: -70 },
  });
  await tell(first, "heartbeat", sessionOf(first), { board: { cpu: 2 } });
  const before = await cluster.get(first);
  await node.stop();
  await untilDeadlinesPassed();
  await cluster.join("core-a");
  await untilDeadlinesPassed();
  expect(new Set(cluster.told(gateways))).toEqual(new Set(["ONLINE"]));
  const after = await cluster.get(first);
  expect(after).toMatchObject({
    state: "ONLINE",
    sinceTime: before.sinceTime,
    sessionId: sessionOf(first),
    node: "edge",
    board: { cpu: 2, rssi: -70 },
    firmware: "1.2.3",
  });
  expect(Date.parse(after.lastSeenTime ?? "")).toBeGreaterThan(Date.parse(before.lastSeenTime ?? ""));
});

test("a word of an old connection that comes after a claim changes nothing", async () => {
  const node = await cluster.join("core-a");
  await tell(first, "opened", "old");
  await tell(first, "opened", "new", connection({ keepAliveMs: 60_000 }));
  await node.stop();
  await cluster.join("core-b");
  await tell(first, "closed", "old", connection({ reason: "lost" }));
  await tell(first, "alive", "old");
  await untilDeadlinesPassed();
  expect(cluster.told(gateways)).toEqual(["ONLINE"]);
  await tell(first, "closed", "new", connection({ reason: "left" }));
  await tell(first, "opened", "old");
  expect(await cluster.states([first, second])).toEqual(["OFFLINE", "UNKNOWN"]);
});

test("presence is asked for through the registry, and forgotten with its gateway", async () => {
  await register([first, second]);
  await cluster.join("core-a");
  await expect(cluster.get("gw-9")).rejects.toMatchObject({ type: "GATEWAY_NOT_FOUND" });
  const nothing = {
    sinceTime: null,
    lastSeenTime: null,
    sessionId: null,
    node: null,
    board: {},
    firmware: null,
  };
  expect(await cluster.get(first)).toEqual({
    gatewayId: first,
    state: "UNKNOWN",
    isFlapping: false,
    reconnects: 0,
    ...nothing,
  });
  for (const gatewayId of [first, second]) {
    await tell(gatewayId, "opened", "s1", connection({ keepAliveMs: 60_000 }));
    await tell(gatewayId, "heartbeat", "s1", { board: { cpu: 1 } });
    await call(cluster.edge, "gateways.delete", { gatewayId });
  }
  // One of them is back, and connected, before presence hears of the deletion.
  await register([first]);
  await tell(first, "opened", "s2", connection({ keepAliveMs: 60_000 }));
  const deletions = () => cluster.rows.filter(({ type }) => type === "gateway");
  await waitFor("the deletions to be told", () => deletions().length === 5);
  for (let copies = 0; copies < 2; copies++) await cluster.deliver("presence-removals", deletions());
  expect(await cluster.states([first, second])).toEqual(["ONLINE", "UNKNOWN"]);
  await register([second]);
  expect(await cluster.get(second)).toMatchObject({ state: "UNKNOWN", ...nothing });
});

test("the counts are those of a recount, whatever was delivered again", async () => {
  const random = seededRandom(7);
  const oneOf = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
  await register(gateways);
  for (const nodeId of ["core-a", "core-b"]) await cluster.join(nodeId);
  for (let n = 0; n < 150; n++) {
    const [gatewayId, session] = [oneOf(gateways), `s${Math.floor(random() * 4)}`];
    const kind = oneOf(["opened", "opened", "alive", "closed"] as const);
    const reason = oneOf(["left", "lost", "stopped", "taken_over"] as const);
    await tell(
      gatewayId,
      kind,
      session,
      connection(kind === "closed" ? { reason } : { keepAliveMs: 60_000 }),
    );
  }
  for (const gatewayId of gateways.slice(0, 5)) {
    await call(cluster.edge, "gateways.delete", { gatewayId });
    await call(cluster.edge, "presence.remove", { gatewayId });
  }
  await untilDeadlinesPassed();
  await waitFor(
    "the registry to be told of",
    () => cluster.rows.filter(({ type }) => type === "gateway").length === 29,
  );
  for (let at = 0; at < cluster.rows.length; at += 10) {
    const again = Math.floor(random() * at);
    await cluster.deliver("presence-summary", cluster.rows.slice(at, at + 10));
    await cluster.deliver(
      "presence-summary",
      cluster.rows.slice(again, again + 15).slice(0, at + 10 - again),
    );
  }
  const states = await cluster.states(gateways.slice(5));
  const count = (state: string) => states.filter((one) => one === state).length;
  const { counts, total } = await call(cluster.edge, "presence.summary", {});
  expect(counts).toEqual({
    UNKNOWN: count("UNKNOWN"),
    ONLINE: count("ONLINE"),
    SUSPECT: count("SUSPECT"),
    OFFLINE: count("OFFLINE"),
  });
  expect(total).toBe(19);
  expect(counts.ONLINE * counts.OFFLINE).toBeGreaterThan(0);
});
