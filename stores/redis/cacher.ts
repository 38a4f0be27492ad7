import type { Redis } from "ioredis";
import { Cachers } from "moleculer";
import type { RedisConnection } from "./connection.ts";

const TTL_S = 1;

/**
 * Moleculer's cacher on our connection, for answers that may be a moment old. With its own Redis cacher an action
 * waits for a Redis that hangs, or fails with it; and a write that fails is an unhandled rejection, which ends the
 * process. Here trouble is a miss. Times are in seconds, as Moleculer has them.
 */
export class RedisCacher extends Cachers.Base<{ ttl: number }> {
  readonly #connection: RedisConnection;

  constructor(connection: RedisConnection) {
    super({ ttl: TTL_S });
    this.#connection = connection;
  }

  override async get(key: string) {
    const text = await this.#try((redis) => redis.get(this.#name(key)));
    return typeof text === "string" ? JSON.parse(text) : undefined;
  }

  override async set(key: string, data: unknown, ttl = this.opts.ttl): Promise<void> {
    const text = JSON.stringify(data);
    if (text !== undefined)
      await this.#try((redis) => redis.set(this.#name(key), text, "PX", Math.ceil(ttl * 1000)));
  }

  override async del(keys: string | string[]): Promise<void> {
    await this.#try((redis) => redis.del([keys].flat().map((key) => this.#name(key))));
  }

  override clean = notOffered;
  override getWithTTL = notOffered;
  override lock = notOffered;
  override tryLock = notOffered;

  /** The connection belongs to whoever opened it. */
  override async close(): Promise<void> {}

  async #try<Answer>(command: (redis: Redis) => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await this.#connection.run(command);
    } catch {
      // The connection has told of the outage.
      return undefined;
    }
  }

  #name(key: string): string {
    return this.#connection.key(`action:${key}`);
  }
}

/** Answers expire by themselves within seconds. */
async function notOffered(): Promise<never> {
  throw new Error("this cacher only gets, sets and deletes");
}
