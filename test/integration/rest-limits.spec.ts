import { request } from "node:http";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { fallbackWindows } from "../../mixins/fallback-windows.ts";
import { rateLimiter } from "../../services/bff/limits.ts";
import { MemoryWindows } from "../../stores/memory/rate-windows.ts";
import { RedisConnection } from "../../stores/redis/connection.ts";
import { RedisWindows } from "../../stores/redis/rate-windows.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { freshNamespace, type Server, startRedis } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { type ApiNode, type Done, startApiNode } from "./api-nodes.ts";
import { reasonOf, requestTo } from "./rest-harness.ts";

const LIMITS = { reads: 6, writes: 4, camera: 2 };
const metrics = { count: () => undefined, gauge: () => undefined };
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

let redis: Server;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let nodes: ApiNode[];
const connections: RedisConnection[] = [];
const done: Done[] = [];
const journal = { name: "journal", actions: { tail: () => ({ seq: 0, events: [] }) } };

beforeAll(async () => {
  redis = await startRedis();
  directory = await temporaryDirectory();
  const namespace = freshNamespace();
  const start = () => {
    const connection = new RedisConnection({ url: redis.url, namespace, log: quiet });
    connections.push(connection);
    const own = new MemoryWindows(100, () => performance.now());
    const windows = fallbackWindows(new RedisWindows(connection), own, metrics);
    const guards = {
      admit: rateLimiter({ windows, limits: LIMITS, counters: metrics }),
      record: () => undefined,
    };
    return startApiNode({ place: directory.path, done, services: [journal], api: () => ({ guards }) });
  };
  const first = await start();
  nodes = [first, await start()];
});
beforeEach(async () => {
  await waitFor("Redis", () => connections.every(({ isReady }) => isReady));
  done.length = 0;
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  for (const connection of connections) connection.close();
  await redis.stop();
  await directory.remove();
});

const urlOf = (node: number) => nodes[node]?.url ?? "";
const read = (node: number, token: string) => requestTo(urlOf(node), "GET", "/v1/gateways", { token });
const statuses = async (calls: readonly (() => ReturnType<typeof read>)[]) => {
  const answers = await Promise.all(calls.map((call) => call()));
  return answers.map(({ status }) => status).toSorted();
};

test("all nodes count together, and a refusal says what is allowed and when", async () => {
  const calls = Array.from({ length: 10 }, (_, index) => () => read(index % 2, "together"));
  expect(await statuses(calls)).toEqual([...Array(6).fill(200), ...Array(4).fill(429)]);
  expect(done).toHaveLength(6);
  const refused = await read(0, "together");
  const seconds = Number(refused.headers.get("retry-after"));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);
  expect(refused.body.error).toMatchObject({
    status: "RESOURCE_EXHAUSTED",
    message: `At most 6 requests in 60 s are allowed; try again in ${seconds} s.`,
    details: [
      { metadata: { limit: "6", windowSeconds: "60", retryAfterSeconds: String(seconds) } },
      { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${seconds}s` },
    ],
  });
  expect((await read(0, "another")).status).toBe(200);
});

test("a write that is refused is not even read", async () => {
  const write = () => requestTo(urlOf(0), "POST", "/v1/gateways", { token: "writer", body: {} });
  expect(await statuses(Array(4).fill(write))).toEqual([201, 201, 201, 201]);
  done.length = 0;
  expect(await statusOfUnsentBody(urlOf(0), "writer")).toBe(429);
  expect(done).toEqual([]);
  expect(await statuses(Array(6).fill(() => read(0, "writer")))).toEqual(Array(6).fill(200));
});

/** Announces a body, and sends none of it. */
function statusOfUnsentBody(url: string, token: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, "content-length": "1000" };
    const sent = request(`${url}/v1/gateways`, { method: "POST", headers }, ({ statusCode }) => {
      resolve(statusCode);
      sent.destroy();
    });
    sent.on("error", reject);
    sent.flushHeaders();
  });
}

test("a watch is one read, when it begins", async () => {
  const watching = new AbortController();
  const watch = () =>
    fetch(`${urlOf(0)}/v1/events:watch`, {
      headers: { authorization: "Bearer watcher" },
      signal: watching.signal,
    });
  expect((await watch()).status).toBe(200);
  expect(await statuses(Array(5).fill(() => read(1, "watcher")))).toEqual(Array(5).fill(200));
  expect((await watch()).status).toBe(429);
  watching.abort();
});

test("without Redis each node counts for itself, and nobody waits", async () => {
  expect(await statuses(Array(4).fill(() => read(0, "outage")))).toEqual(Array(4).fill(200));
  await redis.kill("SIGKILL");
  const began = performance.now();
  expect(await statuses(Array(8).fill(() => read(0, "outage")))).toEqual([
    ...Array(2).fill(200),
    ...Array(6).fill(429),
  ]);
  expect(await statuses(Array(8).fill(() => read(1, "outage")))).toEqual([
    ...Array(6).fill(200),
    ...Array(2).fill(429),
  ]);
  expect(performance.now() - began).toBeLessThan(5000);
  await redis.start();
  await waitFor("Redis", () => connections.every(({ isReady }) => isReady));
  expect(reasonOf(await read(0, "back"))).toBeUndefined();
});
