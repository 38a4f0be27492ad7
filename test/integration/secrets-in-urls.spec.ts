import { Redis } from "ioredis";
import { connect } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NATS } from "../../scripts/servers/nats.ts";
import { startServer } from "../../scripts/servers/server.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { type Product, spawnProduct } from "../helpers/product.ts";
import { freshDatabase, type Server, sharedServers, startMosquitto, startRedis } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";

const SECRET = "S3cr3t/of:the@url";
const ENCODED = encodeURIComponent(SECRET);
const NOBODY = "127.0.0.1:1";
/** A start waits 10 s for NATS, and runs all migrations before. */
const PATIENCE_MS = 50_000;

let nats: Server;
let redis: Server;
let mosquitto: Server;
let database: Awaited<ReturnType<typeof freshDatabase>>;

/** The real password of all servers is another one. */
beforeAll(async () => {
  [nats, redis, mosquitto, database] = await Promise.all([
    natsWithPassword(),
    startRedis(),
    startMosquitto({ users: { me: "right" } }),
    freshDatabase(),
  ]);
  const client = new Redis(redis.url);
  await client.config("SET", "requirepass", "right");
  client.disconnect();
});
afterAll(async () => {
  await Promise.all([nats.stop(), redis.stop(), mosquitto.stop(), database.drop()]);
});

function natsWithPassword(): Promise<Server> {
  const probe = async ({ host, port }: { host: string; port: number }) => {
    const servers = `${host}:${port}`;
    await (await connect({ servers, user: "me", pass: "right", reconnect: false })).close();
  };
  const args: typeof NATS.args = (place) => [...NATS.args(place), "--user", "me", "--pass", "right"];
  return startServer({ ...NATS, args, probe }, {});
}

function withSecret(url: string, user = "me"): string {
  return url.replace(/:\/\/([^@/]*@)?/, `://${user}:${ENCODED}@`);
}

/** What the product writes until it has said all this. */
async function outputOf(env: Record<string, string>, said: readonly RegExp[]): Promise<string> {
  const loud = { LOG_LEVEL: "trace", LOG_FORMAT: "ecs", MQTT_PORT: "" };
  const own = await temporaryDirectory();
  const product: Product = await spawnProduct({ dataDir: own.path, env: { ...loud, ...env } });
  try {
    const isSaid = () => said.every((words) => words.test(product.output()));
    await waitFor(`${said.join()}`, isSaid, PATIENCE_MS);
  } finally {
    await product.kill("SIGTERM");
    await own.remove();
  }
  return product.output();
}

const mysql = () => sharedServers().mariadbUrl;

/** Side by side: most of the time they wait. */
describe.concurrent("the password in the address of a server is told nobody", {
  timeout: PATIENCE_MS,
}, () => {
  test.each<[string, RegExp[], () => Record<string, string>]>([
    [
      "a database that is away",
      [/cannot be used yet/],
      () => ({ DATABASE_URL: withSecret(`mysql://${NOBODY}/x`) }),
    ],
    [
      "a wrong password of the database",
      [/Access denied/],
      () => ({ DATABASE_URL: withSecret(mysql(), "root") }),
    ],
    [
      "a NATS that is away",
      [/no server answers/],
      () => ({ DATABASE_URL: database.url, NATS_URL: withSecret(`nats://${NOBODY}`) }),
    ],
    [
      "a wrong password of NATS",
      [/NATS_URL: .*(authoriz|authentic)/i],
      () => ({ DATABASE_URL: database.url, NATS_URL: withSecret(nats.url) }),
    ],
    [
      "a Redis and a broker that are away",
      [/Redis is away/, /mqtt-bridge.*ECONNREFUSED/],
      () => ({ REDIS_URL: withSecret(`redis://${NOBODY}`), MQTT_BROKER_URL: withSecret(`mqtt://${NOBODY}`) }),
    ],
    [
      "a wrong password of Redis and of the broker",
      [/WRONGPASS/, /not authorized/i],
      () => ({ REDIS_URL: withSecret(redis.url, "default"), MQTT_BROKER_URL: withSecret(mosquitto.url) }),
    ],
  ])("by %s", async (_, said, env) => {
    const output = await outputOf(env(), said);
    for (const form of [SECRET, ENCODED, Buffer.from(SECRET).toString("base64").slice(0, -2)])
      expect(output).not.toContain(form);
  });
});
