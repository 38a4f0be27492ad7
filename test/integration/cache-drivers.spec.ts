import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { MemoryWindows } from "../../stores/memory/rate-windows.ts";
import { MemoryCounters } from "../../stores/memory/shared-counters.ts";
import { RedisCache } from "../../stores/redis/cache.ts";
import { RedisConnection } from "../../stores/redis/connection.ts";
import { RedisWindows } from "../../stores/redis/rate-windows.ts";
import { RedisCounters } from "../../stores/redis/shared-counters.ts";
import { cacheConformance, countersConformance, windowsConformance } from "../conformance/cache.ts";
import { freshNamespace, sharedServers } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

countersConformance("in the process", async () => {
  let now = 1_000_000;
  return {
    driver: new MemoryCounters(100, () => now),
    pass: async (ms) => {
      now += ms;
    },
    close: async () => undefined,
  };
});

windowsConformance("in the process", async () => {
  let now = 1_000_000;
  return {
    driver: new MemoryWindows(100, () => now),
    now: () => now,
    pass: async (ms) => {
      now += ms;
    },
    close: async () => undefined,
  };
});

async function open<Driver>(driverOver: (connection: RedisConnection) => Driver) {
  const options = {
    url: sharedServers().redisUrl,
    namespace: freshNamespace(),
    log: quiet,
    deadlineMs: 5000,
  };
  const connection = new RedisConnection(options);
  await waitFor("Redis", () => connection.isReady);
  return { driver: driverOver(connection), pass: delay, close: async () => connection.close() };
}

countersConformance("Redis", () => open((connection) => new RedisCounters(connection)));
windowsConformance("Redis", async () => {
  const opened = await open((connection) => new RedisWindows(connection));
  return { ...opened, now: () => performance.now() };
});
cacheConformance("Redis", () => open((connection) => new RedisCache(connection, 100)));

test("an address that can not be one is named by its variable, without its password", () => {
  for (const url of ["redis:/secret@x", "http://u:secret@h", "redis://h/secret", "secret"]) {
    const open = () => new RedisConnection({ url, namespace: "n", log: quiet });
    expect(open).toThrow(/^REDIS_URL: not an address like redis:[^ ]+$/);
  }
});
