import type { Cache, RateWindows, SharedCounters } from "../actors/runtime/cache.ts";
import type { Log } from "../actors/runtime/ports.ts";
import { ReadLeases } from "../actors/runtime/read-leases.ts";
import type { Environment } from "../env.ts";
import type { Counters } from "../mixins/counters.ts";
import { fallbackCounters } from "../mixins/fallback-counters.ts";
import { fallbackWindows } from "../mixins/fallback-windows.ts";
import { MemoryWindows } from "../stores/memory/rate-windows.ts";
import { MemoryCounters } from "../stores/memory/shared-counters.ts";
import { RedisCache } from "../stores/redis/cache.ts";
import { RedisCacher } from "../stores/redis/cacher.ts";
import { RedisConnection } from "../stores/redis/connection.ts";
import { RedisWindows } from "../stores/redis/rate-windows.ts";
import { RedisCounters } from "../stores/redis/shared-counters.ts";

/** Of this process. */
const MAX_COUNTERS = 10_000;

/** What the nodes share beside the database, so that it need not be asked for everything. */
export type SharedCache = {
  readonly connection: RedisConnection;
  readonly cache: Cache;
  readonly cacher: RedisCacher;
};

/** Nothing without REDIS_URL: then owners are asked themselves. */
export function sharedCache(env: Environment, log: Log): SharedCache | undefined {
  if (!env.REDIS_URL) return undefined;
  const connection = new RedisConnection({ url: env.REDIS_URL, namespace: env.NAMESPACE, log });
  return { connection, cache: new RedisCache(connection), cacher: new RedisCacher(connection) };
}

/** The owner's side of the cache. */
export function readLeases(shared: SharedCache | undefined, mayServe: () => boolean): ReadLeases | undefined {
  if (!shared) return undefined;
  return new ReadLeases({ cache: shared.cache, type: "twin", clock: () => performance.now(), mayServe });
}

/** Windows of calls, of all nodes; of this one as long as Redis is away, or when there is none. */
export function rateWindows(shared: SharedCache | undefined, counters: Counters): RateWindows {
  const own = new MemoryWindows(MAX_COUNTERS, () => performance.now());
  return shared ? fallbackWindows(new RedisWindows(shared.connection), own, counters) : own;
}

/** Counters of all nodes; of this one as long as Redis is away, or when there is none. */
export function sharedCounters(shared: SharedCache | undefined): SharedCounters {
  const own = new MemoryCounters(MAX_COUNTERS, () => performance.now());
  return shared ? fallbackCounters(new RedisCounters(shared.connection), own) : own;
}
