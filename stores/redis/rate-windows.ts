import type { RateWindows, Taken } from "../../actors/runtime/cache.ts";
import type { RedisConnection } from "./connection.ts";
import { TAKE } from "./scripts.ts";

/** Windows of the whole cluster, by the clock of Redis. Without Redis they reject, soon. */
export class RedisWindows implements RateWindows {
  readonly #connection: RedisConnection;

  constructor(connection: RedisConnection) {
    this.#connection = connection;
  }

  async take(key: string, limit: number, windowMs: number): Promise<Taken> {
    const name = this.#connection.key(`window:${key}`);
    const answer = await this.#connection.run((redis) => redis.eval(TAKE, 1, name, limit, windowMs));
    if (!Array.isArray(answer)) throw new Error("Redis did not answer as the script does");
    const [allowed, remaining, retryAfterMs] = answer.map(Number);
    return { allowed: allowed === 1, remaining: remaining ?? 0, retryAfterMs: retryAfterMs ?? 0 };
  }
}
