import { Redis } from "ioredis";
import type { Address } from "./daemon.ts";
import { type Server, type ServerOptions, startServer } from "./server.ts";

type RedisOptions = ServerOptions & {
  /** Keeps every write in an append-only file, synced once a second. */
  readonly appendOnly?: boolean;
};

async function probe(address: Address): Promise<void> {
  const redis = new Redis({ ...address, lazyConnect: true, retryStrategy: () => null, connectTimeout: 2000 });
  try {
    await redis.connect();
    await redis.ping();
  } finally {
    redis.disconnect();
  }
}

/**
 * Redis as the cache that it is here: nothing is kept over a restart unless asked for, since everything in it
 * must be refilled by those who use it, and an empty one shows best whether they do.
 */
export function startRedis({ appendOnly = false, ...options }: RedisOptions = {}): Promise<Server> {
  return startServer(
    {
      name: "redis",
      command: "redis-server",
      args: ({ directory, host, port }) => [
        ...["--bind", host, "--protected-mode", "no", "--port", String(port), "--dir", directory],
        ...["--save", "", "--appendonly", appendOnly ? "yes" : "no"],
      ],
      readyText: "Ready to accept connections",
      probe,
      url: ({ host, port }) => `redis://${host}:${port}`,
    },
    options,
  );
}
