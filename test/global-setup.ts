import type { TestProject } from "vitest/node";
import { startServers } from "../scripts/servers/servers.ts";

/** Runs once per vitest run: the real servers that specs share. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = await startServers(["nats", "mariadb", "redis", "mosquitto"]);
  const { NATS_URL = "", DATABASE_URL = "", REDIS_URL = "", MQTT_BROKER_URL = "" } = servers.variables;
  project.provide("servers", {
    natsUrl: NATS_URL,
    mariadbUrl: DATABASE_URL,
    redisUrl: REDIS_URL,
    mosquittoUrl: MQTT_BROKER_URL,
  });
  return servers.stop;
}
