import type { SharedCounters } from "../../actors/runtime/cache.ts";
import type { RedisConnection } from "./connection.ts";
import { INCREMENT } from "./scripts.ts";

/** Counters of the whole cluster. Without Redis both calls reject, soon. */
export class RedisCounters implements SharedCounters {
  readonly #connection: RedisConnection;

  constructor(connection: RedisConnection) {
    this.#connection = connection;
  }

  async increment(key: string, ttlMs: number): Promise<number> {
    return Number(await this.#connection.run((redis) => redis.eval(INCREMENT, 1, this.#name(key), ttlMs)));
  }

  async reset(key: string): Promise<void> {
    await this.#connection.run((redis) => redis.del(this.#name(key)));
  }

  #name(key: string): string {
    return this.#connection.key(`counter:${key}`);
  }
}
