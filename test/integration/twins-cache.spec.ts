import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { partitionOf } from "../../actors/runtime/partition-map.ts";
import type { TwinCommand } from "../../actors/twin/contract.ts";
import { type Application, startApplication } from "../../application/application.ts";
import { parseEnvironment } from "../../env.ts";
import { call } from "../../mixins/bridge.ts";
import { freePort } from "../../scripts/servers/free-port.ts";
import { freshDatabase, freshNamespace, type Server, sharedServers, startRedis } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";

const PARTITIONS = 256;
const GATEWAYS = 20;

let redis: Server;
let database: Awaited<ReturnType<typeof freshDatabase>>;
let one: Application;
let other: Application;
/** Those of the test, registered anew. */
let ids: string[];
let tests = 0;

async function startNode(nodeId: string, namespace: string): Promise<Application> {
  const { natsUrl } = sharedServers();
  const variables = {
    NODE_ID: nodeId,
    ROLES: "core,admin",
    HTTP_PORT: String(await freePort("127.0.0.1")),
    NAMESPACE: namespace,
    NATS_URL: natsUrl,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    LOG_LEVEL: "fatal",
  };
  return startApplication(parseEnvironment(variables), (reason) => {
    throw new Error(reason);
  });
}

beforeAll(async () => {
  [redis, database] = await Promise.all([startRedis({ appendOnly: true }), freshDatabase()]);
  const namespace = freshNamespace();
  one = await startNode("one", namespace);
  other = await startNode("other", namespace);
  const owners = async () => (await partitions()).map(({ owner }) => owner);
  const isShared = async () => {
    const all = await owners();
    return ["one", "other"].every((node) => all.filter((owner) => owner === node).length === PARTITIONS / 2);
  };
  await waitFor("both nodes to own their share", isShared, 20_000);
}, 60_000);
afterAll(async () => {
  await Promise.all([one?.stop(), other?.stop()]);
  await Promise.all([redis?.stop(), database?.drop()]);
});
beforeEach(async () => {
  tests += 1;
  ids = Array.from({ length: GATEWAYS }, (_, n) => `gw-${tests}-${String(n).padStart(2, "0")}`);
  const requests = ids.map((gatewayId) => ({ gatewayId, labels: { test: String(tests) } }));
  await call(one.broker, "gateways.batchCreate", { requests });
});

const partitions = async () => (await call(one.broker, "cluster.partitions", { type: "twin" })).partitions;
const change = (node: Application, gatewayId: string, patch: { n: number }) =>
  call(node.broker, "twins.updateDesired", { gatewayId, patch });

async function list(node: Application): Promise<unknown[]> {
  const { twins } = await call(node.broker, "twins.list", {
    filter: `labels.test = "${tests}"`,
    pageSize: 1000,
  });
  return twins.map(({ desired }) => desired.state.n);
}

function count(node: Application, name: "hits" | "misses" | "errors"): number {
  const metric = node.broker.metrics.getMetric(`gateway_twin.cache.${name}.total`);
  return Number(metric?.get({ type: "twin" })?.value ?? 0);
}

/** Lists until all of it comes from the cache. */
const cached = (node: Application) =>
  waitFor("a list from the cache", async () => {
    const [hits, misses] = [count(node, "hits"), count(node, "misses")];
    await list(node);
    return count(node, "misses") === misses && count(node, "hits") >= hits + GATEWAYS;
  });

test("a list that was read before comes from the cache of all nodes", async () => {
  await cached(one);
  await cached(other);
});

test.each([
  ["one", () => [one, other] as const],
  ["the other", () => [other, one] as const],
])("a change at %s node is in the very next list of its neighbour", async (_, nodes) => {
  const [writer, reader] = nodes();
  await cached(reader);
  for (const id of ids) await change(writer, id, { n: 1 });
  expect(await list(reader)).toEqual(ids.map(() => 1));
});

test("lists stay right while Redis is killed, away and back", async () => {
  let n = 0;
  const checkRound = async () => {
    n += 1;
    const [id = ""] = ids;
    await change(one, id, { n });
    expect((await list(other))[0]).toBe(n);
  };
  await cached(other);
  await checkRound();
  await redis.kill("SIGKILL");
  for (let round = 0; round < 10; round += 1) await checkRound();
  expect(count(other, "errors")).toBeGreaterThan(0);
  await redis.start();
  for (let round = 0; round < 10; round += 1) await checkRound();
  await cached(other);
  await checkRound();
});

/** A call of the internal actions at the owner, so that several of them arrive in one turn. */
async function atOwner(gatewayId: string) {
  const owner = (await partitions())[partitionOf(gatewayId, PARTITIONS)]?.owner ?? "";
  const { broker } = [one, other].find((node) => node.broker.nodeID === owner) ?? one;
  const pinned = { nodeID: owner };
  const ask = (command: TwinCommand) => call(broker, "twins.ask", { asks: [{ gatewayId, command }] }, pinned);
  return {
    update: (n: number) => ask({ name: "updateDesired", params: { by: "test", patch: { n } } }),
    remove: () => ask({ name: "removeTwin", params: { by: "test" } }),
    async lend() {
      const [outcome] = await call(broker, "twins.lend", { gatewayIds: [gatewayId] }, pinned);
      if (!outcome?.ok || !outcome.reply) throw new Error("nothing was lent");
      const { view, token } = outcome.reply;
      return { version: view.version, n: view.desired.state.n, isLent: token !== undefined };
    },
  };
}

test("a view is not lent when a later change was committed along with what it tells", async () => {
  const { update, remove, lend } = await atOwner(ids[0] ?? "");
  await waitFor("a lease", async () => (await lend()).isLent);
  const [, overtaken] = await Promise.all([update(1), lend(), update(2)]);
  expect(overtaken).toEqual({ version: 1, n: 1, isLent: false });
  expect(await lend()).toEqual({ version: 2, n: 2, isLent: true });
  await remove();
  const [, ofTheRemoved] = await Promise.all([update(3), lend(), remove(), update(4)]);
  expect(ofTheRemoved).toEqual({ version: 1, n: 3, isLent: false });
  expect(await lend()).toEqual({ version: 1, n: 4, isLent: true });
});
