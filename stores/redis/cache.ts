import {
  type Cache,
  type CacheEntry,
  FILL_WINDOW_MS,
  type Lease,
  MAX_TTL_MS,
  type Moment,
} from "../../actors/runtime/cache.ts";
import type { RedisConnection } from "./connection.ts";
import { FILL, LEASE } from "./scripts.ts";

const MAX_VALUE_BYTES = 64 * 1024;
/** Stands for an invalidated value until nobody can fill an older one any more. */
const TOMBSTONE = "";
/** The fence of a partition outlives every owner that could still believe in an older one. */
const FENCE_TTL_MS = 24 * 3600 * 1000;

/** The cache in Redis. Keys hold the run id of the server, so that what a restart brings back is out of reach. */
export class RedisCache implements Cache {
  readonly #connection: RedisConnection;
  readonly #maxValueBytes: number;

  constructor(connection: RedisConnection, maxValueBytes = MAX_VALUE_BYTES) {
    this.#connection = connection;
    this.#maxValueBytes = maxValueBytes;
  }

  async now(): Promise<Moment> {
    const life = this.#life();
    return { life, time: milliseconds(await this.#connection.run((redis) => redis.time())) };
  }

  /** The time is asked for first, in the same packet: the values are not older. */
  async getMany(keys: readonly string[]) {
    const life = this.#life();
    const names = keys.map((key) => this.#name(life, key));
    const [time, values] = await this.#connection.run((redis) =>
      Promise.all([redis.time(), names.length > 0 ? redis.mget(names) : []]),
    );
    const seen = { life, time: milliseconds(time) };
    return {
      seen,
      values: values.map((value) => (value === null || value === TOMBSTONE ? undefined : value)),
    };
  }

  async fill({ life, time }: Moment, entries: readonly CacheEntry[]): Promise<void> {
    const small = entries.filter(({ value }) => Buffer.byteLength(value) <= this.#maxValueBytes);
    if (small.length === 0) return;
    const names = small.map(({ key }) => this.#name(life, key));
    const values = small.flatMap(({ value, ttlMs }) => [value, Math.ceil(Math.min(ttlMs, MAX_TTL_MS))]);
    await this.#connection.run((redis) =>
      redis.eval(FILL, names.length, ...names, time + FILL_WINDOW_MS, ...values),
    );
  }

  async invalidate(life: string, keys: readonly string[]): Promise<void> {
    if (life !== this.#life()) throw new Error("Redis was restarted");
    await this.#connection.run((redis) =>
      Promise.all(keys.map((key) => redis.set(this.#name(life, key), TOMBSTONE, "PX", FILL_WINDOW_MS + 1))),
    );
  }

  async lease({ life, time }: Moment, leases: readonly Lease[], ttlMs: number): Promise<void> {
    if (leases.length === 0) return;
    const names = leases.flatMap(({ key }) => [this.#name(life, key), this.#name(life, `${key}:epoch`)]);
    const values = leases.flatMap(({ epoch, token }) => [epoch, token]);
    const taken = await this.#connection.run((redis) =>
      redis.eval(LEASE, names.length, ...names, time + ttlMs, FENCE_TTL_MS, ...values),
    );
    if (taken !== 1) throw new Error("too late to take a lease");
  }

  #life(): string {
    const { life } = this.#connection;
    if (life === undefined) throw new Error("Redis is away");
    return life;
  }

  #name(life: string, key: string): string {
    return this.#connection.key(`${life}:${key}`);
  }
}

function milliseconds([seconds, microseconds]: readonly (string | number)[]): number {
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}
