import { startMariadb } from "../../../scripts/servers/mariadb.ts";
import { startMosquitto } from "../../../scripts/servers/mosquitto.ts";
import { startNats } from "../../../scripts/servers/nats.ts";
import { startRedis } from "../../../scripts/servers/redis.ts";
import type { Server } from "../../../scripts/servers/server.ts";
import type { LabServers } from "./lab.ts";

/** Servers that nobody else uses, so that they can be killed. */
export type ChaosServers = {
  readonly nats: Server;
  readonly mariadb: Server;
  readonly redis: Server;
  readonly mosquitto: Server;
};

export async function startChaosServers(host = "127.0.0.1"): Promise<ChaosServers> {
  const [nats, mariadb, redis, mosquitto] = await Promise.all([
    startNats({ host }),
    startMariadb({ host }),
    startRedis({ host }),
    startMosquitto({ host }),
  ]);
  return { nats, mariadb, redis, mosquitto };
}

export async function stopChaosServers({ nats, mariadb, redis, mosquitto }: ChaosServers): Promise<void> {
  await Promise.all([nats, mariadb, redis, mosquitto].map((server) => server.stop()));
}

export function urlsOf({ nats, mariadb, redis, mosquitto }: ChaosServers): LabServers {
  return { natsUrl: nats.url, mariadbUrl: mariadb.url, redisUrl: redis.url, brokerUrl: mosquitto.url };
}
