import { randomBytes } from "node:crypto";
import { createConnection } from "mysql2/promise";
import { inject } from "vitest";

export { startMariadb } from "../../scripts/servers/mariadb.ts";
export { startMosquitto } from "../../scripts/servers/mosquitto.ts";
export { startNats } from "../../scripts/servers/nats.ts";
export { startRedis } from "../../scripts/servers/redis.ts";
export type { Server } from "../../scripts/servers/server.ts";

type SharedServers = {
  readonly natsUrl: string;
  readonly mariadbUrl: string;
  readonly redisUrl: string;
  readonly mosquittoUrl: string;
};

declare module "vitest" {
  interface ProvidedContext {
    servers: SharedServers;
  }
}

/** The servers of this run. Specs run side by side: only use what `freshDatabase` and `freshNamespace` give. */
export function sharedServers(): SharedServers {
  return inject("servers");
}

/** A new, empty database on the shared MariaDB. */
export async function freshDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const { mariadbUrl } = sharedServers();
  const name = `test_${freshNamespace()}`;
  await execute(mariadbUrl, `CREATE DATABASE ${name}`);
  const url = new URL(mariadbUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(mariadbUrl, `DROP DATABASE ${name}`) };
}

/** A name nobody else has, of letters and digits: to prefix subjects, streams, topics and keys. */
export function freshNamespace(): string {
  return `t${randomBytes(5).toString("hex")}`;
}

async function execute(url: string, sql: string): Promise<void> {
  const connection = await createConnection({ uri: url });
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}
