import { createConnection } from "mysql2/promise";
import { startMariadb } from "../../scripts/servers/mariadb.ts";
import { startMosquitto } from "../../scripts/servers/mosquitto.ts";
import { startNats } from "../../scripts/servers/nats.ts";
import { startRedis } from "../../scripts/servers/redis.ts";
import type { Server } from "../../scripts/servers/server.ts";
import { countAsOurs } from "../children.ts";

/** Private servers, the same for all variants that need one of the kind; but each has a broker of its own. */
export type BenchServers = {
  nats: Server;
  mariadb: Server;
  redis: Server;
  brokers: { floor: Server; redis: Server; calls: Server; bridge: Server };
  /** The address of a new database. */
  createDatabase: (name: string) => Promise<string>;
  stop: () => Promise<void>;
};

export async function startBenchServers(): Promise<BenchServers> {
  const [nats, mariadb, redis] = await Promise.all([
    startNats(),
    startMariadb(),
    startRedis({ appendOnly: true }),
  ]);
  const brokers = {
    floor: await startMosquitto(),
    redis: await startMosquitto(),
    calls: await startMosquitto(),
    bridge: await startMosquitto(),
  };
  const started = [nats, mariadb, redis, ...Object.values(brokers)];
  for (const { pid } of started) countAsOurs(pid);
  return {
    nats,
    mariadb,
    redis,
    brokers,
    createDatabase: (name) => createDatabase(mariadb.url, name),
    stop: async () => {
      await Promise.all(started.map((server) => server.stop()));
    },
  };
}

async function createDatabase(server: string, name: string): Promise<string> {
  const connection = await createConnection(server);
  await connection.query(`CREATE DATABASE ${name}`);
  await connection.end();
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
