import { join } from "node:path";
import { startMariadb } from "./mariadb.ts";
import { startMosquitto } from "./mosquitto.ts";
import { startNats } from "./nats.ts";
import { startRedis } from "./redis.ts";
import type { Server, ServerOptions } from "./server.ts";

/** The variable that names a server to use instead of starting one, and how ours is started. */
const SERVERS = {
  nats: { variable: "NATS_URL", start: startNats },
  mariadb: { variable: "DATABASE_URL", start: startMariadb },
  redis: { variable: "REDIS_URL", start: startRedis },
  mosquitto: { variable: "MQTT_BROKER_URL", start: startMosquitto },
} satisfies Record<string, { variable: string; start: (options?: ServerOptions) => Promise<Server> }>;

export type ServerName = keyof typeof SERVERS;

export type ServerSet = {
  /** By the variable that tells our nodes: NATS_URL, DATABASE_URL, ... */
  readonly variables: Readonly<Record<string, string>>;
  /** Those of them that we started. */
  readonly started: readonly Server[];
  readonly stop: () => Promise<void>;
};

/** Starts the servers side by side, each with a folder below `directory`; those the environment names are used. */
export async function startServers(names: readonly ServerName[], directory?: string): Promise<ServerSet> {
  const given = names.filter((name) => process.env[SERVERS[name].variable]);
  const ours = names.filter((name) => !given.includes(name));
  const options = (name: ServerName) => (directory === undefined ? {} : { directory: join(directory, name) });
  const results = await Promise.allSettled(ours.map((name) => SERVERS[name].start(options(name))));
  const started = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const stop = async () => {
    await Promise.all(started.map((server) => server.stop()));
  };
  const failed = results.find((result) => result.status === "rejected");
  if (failed) {
    await stop();
    throw failed.reason;
  }
  const variables = Object.fromEntries(names.map((name) => [SERVERS[name].variable, urlOf(name, started)]));
  return { variables, started, stop };
}

function urlOf(name: ServerName, started: readonly Server[]): string {
  const url = process.env[SERVERS[name].variable] ?? started.find((server) => server.name === name)?.url;
  if (url === undefined) throw new Error(`${name} was not started`);
  return url;
}
