import type { TestProject } from "vitest/node";
import { startServers } from "../scripts/servers/servers.ts";
import { keepOutput, linesWithSecrets } from "./helpers/kept-output.ts";

const SHOWN = 10;

/** Runs once per vitest run: the real servers that specs share; after it, the search for secrets in all that was written. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const forget = keepOutput();
  const servers = await startServers(["nats", "mariadb", "redis", "mosquitto"]);
  const { NATS_URL = "", DATABASE_URL = "", REDIS_URL = "", MQTT_BROKER_URL = "" } = servers.variables;
  project.provide("servers", {
    natsUrl: NATS_URL,
    mariadbUrl: DATABASE_URL,
    redisUrl: REDIS_URL,
    mosquittoUrl: MQTT_BROKER_URL,
  });
  return async () => {
    await servers.stop();
    const lines = linesWithSecrets();
    forget();
    if (lines.length === 0) return;
    const first = lines.slice(0, SHOWN).join("\n");
    throw new Error(`the product wrote secrets in ${lines.length} lines:\n${first}`);
  };
}
