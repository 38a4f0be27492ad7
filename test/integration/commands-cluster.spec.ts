import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { commandIdOf } from "../../actors/command/ids.ts";
import type { Params } from "../../actors/contracts/contract.ts";
import { call } from "../../mixins/bridge.ts";
import {
  type CommandNode,
  commandGateway,
  type EdgeNode,
  startCommandNode,
  startEdgeNode,
  startOutside,
} from "../helpers/command-cluster.ts";
import { natsBrokers } from "../helpers/nats-brokers.ts";
import { freshDatabase } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let brokers: ReturnType<typeof natsBrokers>;
let outside: Awaited<ReturnType<typeof startOutside>>;
let nodes: CommandNode[];
let edges: EdgeNode[];
let gateways: { readonly end: () => Promise<void> }[];

beforeAll(async () => {
  database = await freshDatabase();
  brokers = natsBrokers();
  outside = await startOutside(brokers);
  nodes = [
    await startCommandNode(brokers, "a", database.url),
    await startCommandNode(brokers, "b", database.url),
  ];
  edges = [
    await startEdgeNode(brokers, "e1", database.url),
    await startEdgeNode(brokers, "e2", database.url),
  ];
  await waitFor("commands on both nodes", () => nodes.every(({ partitions }) => partitions() === 4));
  await brokers.untilKnown("commands.await", 2);
  await brokers.untilKnown("mqtt-front.deliver", 2);
});
beforeEach(() => {
  gateways = [];
});
afterEach(async () => {
  outside.offline.clear();
  for (const { end } of gateways) await end();
});
afterAll(async () => {
  for (const { stop } of [...edges, ...nodes]) await stop();
  await brokers.stop();
  await database.drop();
});

async function connect(edge: EdgeNode | undefined, gatewayId: string, answers = true) {
  const gateway = await commandGateway(edge?.port ?? 0, gatewayId, answers);
  gateways.push(gateway);
  return gateway;
}

/** As the open API calls: at some node, which need not be the owner. */
const send = (gatewayId: string, more: Partial<Params<"commands.create">> = {}) =>
  call(outside, "commands.create", { gatewayId, name: "reboot", ...more }, { timeout: 30_000 });
const get = (commandId: string) => call(outside, "commands.get", { commandId });
const ownerOf = (gatewayId: string) =>
  nodes.find(({ nodeId }) => nodeId === nodes[0]?.router.ownerOf(gatewayId));

test("a command goes out by one front, and its answer comes back to whoever waits, at whichever node", async () => {
  const ids = Array.from({ length: 12 }, (_, n) => `gw:${n}`);
  for (const [n, gatewayId] of ids.entries()) await connect(edges[n % 2], gatewayId);
  const done = await Promise.all(ids.map((gatewayId) => send(gatewayId, { args: { gatewayId } })));
  for (const [n, command] of done.entries())
    expect(command).toMatchObject({
      gatewayId: ids[n],
      name: "reboot",
      state: "SUCCEEDED",
      result: { args: { gatewayId: ids[n] } },
      endTime: expect.any(String),
    });
  await expect(send("nobody")).rejects.toMatchObject({ type: "GATEWAY_NOT_FOUND" });
});

test("the answer may come through the other front, and a copy of it changes nothing", async () => {
  const first = await connect(edges[0], "gw-1", false);
  const waiting = send("gw-1");
  const order = await waitFor("the order", () => first.orders[0]);
  await first.end();
  const second = await connect(edges[1], "gw-1", false);
  await waitFor("the order again after its hello", () => second.orders.find(({ id }) => id === order.id));
  await second.answer(order, { status: "ERROR", error: { code: "BUSY", message: "not now" } });
  await second.answer(order);
  expect(await waiting).toMatchObject({ state: "FAILED", error: { code: "BUSY", message: "not now" } });
  expect(await get(order.id)).toEqual(await waiting);
  expect(second.errors).toEqual([]);
});

test("who says nothing times out, who is known to be away is not even asked, and a canceled one is never sent", async () => {
  const silent = await connect(edges[0], "gw-4", false);
  const start = Date.now();
  const timeout = {
    type: "COMMAND_TIMEOUT",
    data: { gatewayId: "gw-4", commandId: commandIdOf("gw-4", "t") },
  };
  await expect(send("gw-4", { timeoutSeconds: 1, requestId: "t" })).rejects.toMatchObject(timeout);
  expect(Date.now() - start).toBeLessThan(2000);
  expect(await get(commandIdOf("gw-4", "t"))).toMatchObject({ state: "TIMED_OUT" });
  await silent.answer(silent.orders[0] ?? expect.fail("it was never sent"));
  expect(await get(commandIdOf("gw-4", "t"))).toMatchObject({ state: "TIMED_OUT" });
  outside.offline.add("gw-4");
  await expect(send("gw-4")).rejects.toMatchObject({ type: "GATEWAY_OFFLINE" });
  outside.offline.clear();
  const all = await Promise.all(Array.from({ length: 9 }, () => send("gw-4", { async: true })));
  await waitFor("as many as may be sent", () => silent.orders.length === 9);
  const unsent = all.find(({ id }) => silent.orders.every((order) => order.id !== id));
  const canceled = await call(outside, "commands.cancel", { commandId: unsent?.id ?? "", by: "op" });
  expect(canceled).toMatchObject({ id: unsent?.id, state: "CANCELED" });
  await silent.answer(silent.orders[1] ?? expect.fail("too few"));
  expect(silent.orders.map(({ id }) => id)).not.toContain(unsent?.id);
});

test("answers and lines for commands that are not its own are refused, and a large result fails the command", async () => {
  const [gateway, thief] = [await connect(edges[0], "gw-5", false), await connect(edges[1], "gw-6", false)];
  const waiting = send("gw-5");
  const order = await waitFor("the order", () => gateway.orders[0]);
  await thief.client.publishAsync(`gw/gw-6/res/${order.id}`, JSON.stringify({ id: order.id, status: "OK" }), {
    qos: 1,
  });
  await thief.up("log", { commandId: order.id, seq: 1, text: "mine" });
  await thief.client.publishAsync("gw/gw-6/res/x", "no json", { qos: 1 });
  await waitFor("three errors", () => thief.errors.length === 3);
  expect(thief.errors.map(({ reason }) => reason)).toEqual([
    "COMMAND_NOT_FOUND",
    "COMMAND_NOT_FOUND",
    "MALFORMED_JSON",
  ]);
  expect(await get(order.id)).toMatchObject({ state: "PENDING" });
  await gateway.answer(order, { status: "OK", result: { text: "x".repeat(70_000) } });
  expect(await waiting).toMatchObject({ state: "FAILED", error: { code: "RESULT_TOO_LARGE" } });
});

test("a result is any JSON value, and stays what it is", async () => {
  const gateway = await connect(edges[1], "gw-8", false);
  for (const [n, result] of [0, "", false, null, [1, null]].entries()) {
    const waiting = send("gw-8");
    const order = await waitFor("the order", () => gateway.orders[n]);
    await gateway.answer(order, { status: "OK", result, tookMs: 3 });
    expect(await waiting).toMatchObject({ state: "SUCCEEDED", result });
    expect(await get(order.id)).toEqual(await waiting);
  }
});

test("ended commands and their logs are kept: pages, newest first, after their actor has forgotten them", async () => {
  const gateway = await connect(edges[0], "gw-7");
  for (let n = 0; n < 30; n++) await send("gw-7", { args: { n }, requestId: `r${n}` });
  const [first] = gateway.orders;
  if (!first) throw new Error("it got nothing");
  const line = (seq: number) =>
    gateway.up("log", { commandId: first.id, seq, text: `line ${seq}`, ts: 1000 + seq });
  await Promise.all([3, 1, 2, 2].map(line));
  await waitFor("the oldest in the table", async () => (await get(first.id).catch(() => null)) !== null);
  expect(await get(first.id)).toMatchObject({ state: "SUCCEEDED", result: { args: { n: 0 } } });
  const listed: string[] = [];
  await waitFor("all in the list", async () => {
    listed.length = 0;
    for (let pageToken = ""; ; ) {
      const page = await call(outside, "commands.list", { gatewayId: "gw-7", pageSize: 7, pageToken });
      listed.push(...page.commands.map(({ id }) => id));
      pageToken = page.nextPageToken;
      if (!pageToken) return listed.length === 30;
    }
  });
  expect(listed).toEqual(gateway.orders.map(({ id }) => id).reverse());
  const page = await call(outside, "commands.log", { commandId: first.id, pageSize: 2 });
  expect(page.log.map(({ text }) => text)).toEqual(["line 1", "line 2"]);
  const rest = await call(outside, "commands.log", { commandId: first.id, pageToken: page.nextPageToken });
  expect(rest).toMatchObject({ log: [{ seq: 3, time: "1970-01-01T00:00:01.003Z" }], nextPageToken: "" });
  const { commandLog } = await call(outside, "commands.gatewayLog", { gatewayId: "gw-7" });
  expect(commandLog.map(({ seq }) => seq).sort()).toEqual([1, 2, 3]);
});

test("a batch: each gateway's own result, in order, within one deadline", async () => {
  await connect(edges[0], "gw-8");
  await connect(edges[1], "gw-9", false);
  outside.offline.add("gw-10");
  const gatewayIds = ["gw-8", "gw-9", "gw-10", "nobody"];
  const start = Date.now();
  const { results } = await call(outside, "commands.batch", { gatewayIds, name: "ping", timeoutSeconds: 1 });
  expect(Date.now() - start).toBeLessThan(3000);
  expect(results).toMatchObject([
    { gatewayId: "gw-8", command: { state: "SUCCEEDED" } },
    { gatewayId: "gw-9", command: { state: "TIMED_OUT" } },
    { gatewayId: "gw-10", error: { reason: "GATEWAY_OFFLINE" } },
    { gatewayId: "nobody", error: { reason: "GATEWAY_NOT_FOUND" } },
  ]);
  const narrow = { gatewayIds: ["gw-9", "gw-8"], name: "ping", timeoutSeconds: 1, maxInProgress: 1 };
  expect((await call(outside, "commands.batch", narrow)).results).toMatchObject([
    { command: { state: "TIMED_OUT" } },
    { gatewayId: "gw-8", error: { reason: "COMMAND_NOT_BEGUN" } },
  ]);
});

// These end a part of what the others use.
test("an edge restarts: the gateway comes back by another one and is sent what it has not answered", async () => {
  const gateway = await connect(edges[0], "gw-3", false);
  const { id } = await send("gw-3", { async: true, timeoutSeconds: 30 });
  await waitFor("the order", () => gateway.orders[0]);
  const [edge] = edges.splice(0, 1);
  await edge?.stop();
  await connect(edges[0], "gw-3");
  await waitFor("its end", async () => (await get(id)).state === "SUCCEEDED");
});

test("the owner is killed while somebody waits: he goes on waiting at the next, and there is no second command", async () => {
  const gateway = await connect(edges[0], "gw-2", false);
  const waiting = send("gw-2", { timeoutSeconds: 20, requestId: "once" });
  const order = await waitFor("the order", () => gateway.orders[0]);
  await ownerOf("gw-2")?.crash();
  await waitFor("the survivor to own all", () =>
    nodes.some(({ partitions, router }) => partitions() === 8 && router),
  );
  expect(await get(order.id)).toMatchObject({ state: "PENDING" });
  await gateway.answer(order);
  expect(await waiting).toMatchObject({ id: order.id, state: "SUCCEEDED" });
  expect(await send("gw-2", { requestId: "once" })).toMatchObject({ id: order.id, state: "SUCCEEDED" });
  expect(new Set(gateway.orders.map(({ id }) => id)).size).toBe(1);
});
