import { afterEach, beforeEach, expect, test } from "vitest";
import { fallbackCounters } from "../../mixins/fallback-counters.ts";
import { FRONT_SETTINGS } from "../../services/edge/mqtt-front/settings.ts";
import { MemoryCounters } from "../../stores/memory/shared-counters.ts";
import { RedisConnection } from "../../stores/redis/connection.ts";
import { RedisCounters } from "../../stores/redis/shared-counters.ts";
import { freshNamespace, type Server, startRedis } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { type Harness, startFrontHarness, until } from "./front-harness.ts";

const LIMIT = FRONT_SETTINGS.failures;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

let redis: Server;
let connections: RedisConnection[];
/** Two fronts, each with its own connection to Redis. */
let fronts: Harness[];

beforeEach(async () => {
  redis = await startRedis();
  const namespace = freshNamespace();
  connections = [1, 2].map(() => new RedisConnection({ url: redis.url, namespace, log: quiet }));
  await waitFor("Redis", () => connections.every(({ isReady }) => isReady));
  fronts = await Promise.all(
    connections.map((connection) => {
      const attempts = fallbackCounters(new RedisCounters(connection), new MemoryCounters(100, Date.now));
      return startFrontHarness({}, {}, attempts);
    }),
  );
});
afterEach(async () => {
  await Promise.all(fronts.map((front) => front.stop()));
  for (const connection of connections) connection.close();
  await redis.stop();
});

async function returnCodeOf(front: Harness, username: string, password: string): Promise<number | undefined> {
  const link = await front.raw();
  link.connect(username, password);
  await until("CONNACK", () => link.has("connack"));
  const connack = link.packets.find((packet) => packet.cmd === "connack");
  link.end();
  return connack?.returnCode;
}

/** One after the other at each front in turn, until both have refused enough of them unseen. */
async function guess(gatewayId: string, attempts: number): Promise<void> {
  for (let n = 0; n < attempts; n += 1) {
    const front = fronts[n % fronts.length] as Harness;
    expect(await returnCodeOf(front, gatewayId, `guess ${n}`)).toBe(5);
  }
}
/** Of all guesses, those that cost a look at the password. */
const looks = () => fronts.reduce((sum, front) => sum + front.registry.asked, 0);

test("wrong passwords are limited over all fronts together; a success at one of them ends it at all", async () => {
  await guess("gw-1", 3 * LIMIT);
  expect(looks()).toBe(LIMIT);
  await guess("gw-2", LIMIT - 1);
  const [one, other] = fronts as [Harness, Harness];
  expect(await returnCodeOf(one, "gw-2", "secret of gw-2")).toBe(0);
  expect(await returnCodeOf(other, "gw-2", "guess")).toBe(5);
  expect(await returnCodeOf(other, "gw-2", "secret of gw-2")).toBe(0);
});

test("each front limits them by itself while Redis is away", async () => {
  await redis.kill("SIGKILL");
  await guess("gw-1", 4 * LIMIT);
  expect(looks()).toBe(2 * LIMIT);
});

test("a gateway whose password is known comes back without a word to Redis", async () => {
  const [front] = fronts as [Harness];
  expect(await returnCodeOf(front, "gw-1", "secret of gw-1")).toBe(0);
  const commands = async () => {
    const stats = (await connections[1]?.client.info("commandstats")) ?? "";
    return stats.split("\n").filter((line) => /cmdstat_(eval|del|incr)/.test(line));
  };
  const before = await commands();
  expect(before).not.toEqual([]);
  expect(await returnCodeOf(front, "gw-1", "secret of gw-1")).toBe(0);
  expect(await commands()).toEqual(before);
});
