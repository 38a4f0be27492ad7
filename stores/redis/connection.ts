import { Redis, type RedisOptions } from "ioredis";
import type { Log } from "../../actors/runtime/ports.ts";

type RedisConnectionOptions = {
  /** `redis://` or `rediss://`, with user, password and database number if needed. */
  readonly url: string;
  /** Before every key, so that several installations can share a Redis. */
  readonly namespace: string;
  readonly log: Log;
  /** How long one command may take; a connection with a slower one is given up. Milliseconds. */
  readonly deadlineMs?: number;
};

const DEADLINE_MS = 100;
const CONNECT_MS = 1000;
const FIRST_RETRY_MS = 20;
const LAST_RETRY_MS = 1000;

/**
 * One connection to Redis that is there or is not: no command waits for a connection, and none is sent again on the
 * next one. A command without an answer in time ends the connection, so that only the first ones pay the deadline.
 */
export class RedisConnection {
  readonly client: Redis;
  readonly #namespace: string;
  readonly #log: Log;
  #life: string | undefined;
  #isAway = false;

  /** Does not wait for the connection; only an address that can not be one throws. */
  constructor({ url, namespace, log, deadlineMs = DEADLINE_MS }: RedisConnectionOptions) {
    this.#namespace = namespace;
    this.#log = log;
    this.client = new Redis(checkedUrl(url), options(deadlineMs));
    this.client.on("ready", () => void this.#learnLife());
    this.client.on("close", () => this.#lose("the connection was closed"));
    this.client.on("error", (error) => this.#lose(error.message));
  }

  /** Names this run of the server: a restarted one has another. Undefined without a connection. */
  get life(): string | undefined {
    return this.#life;
  }

  get isReady(): boolean {
    return this.#life !== undefined;
  }

  key(name: string): string {
    return `${this.#namespace}:${name}`;
  }

  /** Rejects at once without a connection, else within the deadline. */
  async run<Answer>(command: (client: Redis) => Promise<Answer>): Promise<Answer> {
    if (this.#life === undefined) throw new Error("Redis is away");
    try {
      return await command(this.client);
    } catch (error) {
      // Of many that wait, the first one sees to it.
      if (isTimeout(error) && this.isReady) this.#giveUp();
      throw error;
    }
  }

  close(): void {
    this.client.removeAllListeners("close");
    this.#life = undefined;
    this.client.disconnect();
  }

  async #learnLife(): Promise<void> {
    try {
      const info = await this.client.info("server");
      this.#life = /^run_id:(\w+)/m.exec(info)?.[1];
      if (this.#life === undefined) return this.#lose("INFO has no run_id");
      if (this.#isAway) this.#log.info("Redis is back");
      this.#isAway = false;
    } catch (error) {
      this.#lose(error instanceof Error ? error.message : String(error));
      this.#giveUp();
    }
  }

  #giveUp(): void {
    this.#lose("no answer in time");
    this.client.disconnect(true);
  }

  /** Said once per outage. */
  #lose(problem: string): void {
    this.#life = undefined;
    if (!this.#isAway) this.#log.warn("Redis is away; its users go on without it", { error: problem });
    this.#isAway = true;
  }
}

function options(deadlineMs: number): RedisOptions {
  return {
    commandTimeout: deadlineMs,
    connectTimeout: CONNECT_MS,
    disconnectTimeout: deadlineMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    disableClientInfo: true,
    retryStrategy: (tries) => {
      const wait = Math.min(FIRST_RETRY_MS * 2 ** Math.min(tries, 10), LAST_RETRY_MS);
      return wait * (0.5 + Math.random() / 2);
    },
  };
}

/** The message never holds the address itself: it may hold a password. */
function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isRedis = url && ["redis:", "rediss:"].includes(url.protocol) && url.hostname !== "";
  if (isRedis && /^\/?\d*$/.test(url.pathname)) return text;
  throw new Error("REDIS_URL: not an address like redis://user:password@host:6379/0");
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === "Command timed out";
}
