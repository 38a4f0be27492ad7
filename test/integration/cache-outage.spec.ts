import { ServiceBroker } from "moleculer";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fallbackCounters } from "../../mixins/fallback-counters.ts";
import { fallbackWindows } from "../../mixins/fallback-windows.ts";
import { MemoryWindows } from "../../stores/memory/rate-windows.ts";
import { MemoryCounters } from "../../stores/memory/shared-counters.ts";
import { RedisCache } from "../../stores/redis/cache.ts";
import { RedisCacher } from "../../stores/redis/cacher.ts";
import { RedisConnection } from "../../stores/redis/connection.ts";
import { RedisWindows } from "../../stores/redis/rate-windows.ts";
import { RedisCounters } from "../../stores/redis/shared-counters.ts";
import { freshNamespace, type Server, startRedis } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { DEADLINE_MS } from "./cache-harness.ts";

let redis: Server;
let lines: string[];
let connection: RedisConnection;
const isReady = () => connection.isReady;

beforeEach(async () => {
  redis = await startRedis({ appendOnly: true });
  lines = [];
  const note = (message: string) => void lines.push(message);
  const log = { info: note, warn: note, error: note };
  connection = new RedisConnection({
    url: redis.url,
    namespace: freshNamespace(),
    log,
    deadlineMs: DEADLINE_MS,
  });
});
afterEach(async () => {
  connection.close();
  await redis.stop();
});

test("Redis may come later, and an outage is told once", async () => {
  await waitFor("Redis", isReady);
  await redis.kill("SIGKILL");
  let tries = 0;
  connection.client.on("reconnecting", () => {
    tries += 1;
  });
  await waitFor("a few tries", () => tries > 3);
  await expect(connection.run((client) => client.get("a"))).rejects.toThrow("Redis is away");
  await redis.start();
  await waitFor("Redis", isReady);
  expect(lines).toEqual(["Redis is away; its users go on without it", "Redis is back"]);
});

test("what a restarted Redis still has, and what was seen before, is out of reach", async () => {
  await waitFor("Redis", isReady);
  const cache = new RedisCache(connection);
  const seen = await cache.now();
  const fill = (key: string) => cache.fill(seen, [{ key, value: "old", ttlMs: 10_000 }]);
  await fill("a");
  await redis.kill("SIGTERM");
  await waitFor("the outage", () => !isReady());
  await redis.start();
  await waitFor("Redis", isReady);
  expect(await connection.client.keys("*:a")).toHaveLength(1);
  await fill("b");
  expect((await cache.getMany(["a", "b"])).values).toEqual([undefined, undefined]);
});

test("of a Redis that hangs only the first calls are kept waiting", async () => {
  await waitFor("Redis", isReady);
  process.kill(redis.pid, "SIGSTOP");
  const began = performance.now();
  for (let call = 0; call < 100; call += 1) {
    await expect(connection.run((client) => client.get("a"))).rejects.toThrow();
  }
  expect(performance.now() - began).toBeLessThan(10 * DEADLINE_MS);
  process.kill(redis.pid, "SIGCONT");
  await waitFor("Redis", isReady);
});

test("an action with a cache never waits for Redis for long, nor fails with it", async () => {
  let runs = 0;
  const broker = new ServiceBroker({ logger: false, cacher: new RedisCacher(connection) });
  const handler = async () => {
    runs += 1;
    return { run: runs };
  };
  broker.createService({ name: "cluster", actions: { get: { cache: { ttl: 0.2 }, handler } } });
  await broker.start();
  const get = () => broker.call<{ run: number }>("cluster.get");
  const { run } = await waitFor("a cached answer", async () => {
    const answer = await get();
    return answer.run === (await get()).run && answer;
  });
  await waitFor("a newer answer", async () => (await get()).run > run);
  process.kill(redis.pid, "SIGSTOP");
  const began = performance.now();
  const before = runs;
  for (let call = 0; call < 20; call += 1) await get();
  expect(runs).toBe(before + 20);
  expect(performance.now() - began).toBeLessThan(10 * DEADLINE_MS);
  await redis.kill("SIGKILL");
  expect((await get()).run).toBe(before + 21);
  await broker.stop();
});

test("shared counters count for all, and by themselves when Redis is away", async () => {
  await waitFor("Redis", isReady);
  const counters = () =>
    fallbackCounters(new RedisCounters(connection), new MemoryCounters(10, () => performance.now()));
  const [one, other] = [counters(), counters()];
  const count = async () => [await one.increment("n", 60_000), await other.increment("n", 60_000)];
  expect([...(await count()), ...(await count())]).toEqual([1, 2, 3, 4]);
  await redis.kill("SIGKILL");
  expect(await count()).toEqual([3, 3]);
  await one.reset("n");
  expect(await count()).toEqual([1, 4]);
});

test("sliding windows are the cluster's, and each node's own when Redis is away, which a gauge tells", async () => {
  await waitFor("Redis", isReady);
  const gauges = new Map<string, number>();
  const metrics = {
    count: () => undefined,
    gauge: (name: string, value: number) => void gauges.set(name, value),
  };
  const fallback = () => gauges.get("gateway_twin.limits.fallback");
  const node = () =>
    fallbackWindows(new RedisWindows(connection), new MemoryWindows(10, () => performance.now()), metrics);
  const [one, other] = [node(), node()];
  const allowed = async (windows: typeof one, calls: number) => {
    const taken = await Promise.all(Array.from({ length: calls }, () => windows.take("n", 10, 60_000)));
    return taken.filter(({ allowed }) => allowed).length;
  };
  expect(fallback()).toBe(0);
  expect([await allowed(one, 6), await allowed(other, 6)]).toEqual([6, 4]);
  process.kill(redis.pid, "SIGSTOP");
  const began = performance.now();
  // Each node knows what it has allowed itself, and does not count what was refused.
  expect([await allowed(one, 20), await allowed(other, 20)]).toEqual([4, 6]);
  expect(performance.now() - began).toBeLessThan(10 * DEADLINE_MS);
  expect(fallback()).toBe(1);
  process.kill(redis.pid, "SIGCONT");
  await waitFor("Redis", isReady);
  await one.take("n", 10, 60_000);
  expect(fallback()).toBe(0);
});
