import { createHash, randomBytes } from "node:crypto";
import { QueryTypes } from "sequelize";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { partitionOf } from "../../actors/runtime/partition-map.ts";
import { move } from "../../scripts/installation/move.ts";
import { addressOf, connectMysql } from "../../stores/mysql/connect.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { type Credentials, connectGateway, provision, type TestGateway } from "../helpers/gateway.ts";
import { type Product, spawnProduct, startProduct } from "../helpers/product.ts";
import { freshDatabase, freshNamespace, sharedServers } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";

const IDS = Array.from({ length: 12 }, (_, index) => `gw-${index}`);
const CONTENT = randomBytes(600_000);
/** What must be the same afterwards, each to the byte. */
const READS = [
  "/v1/gateways?pageSize=1000",
  "/v1/twins?pageSize=1000&orderBy=gatewayId",
  ...IDS.flatMap((id) => [`/v1/gateways/${id}/twin?view=FULL`, `/v1/gateways/${id}/twin/history`]),
  `/v1/gateways/${IDS[0]}/commands`,
  "/v1/configProfiles",
  "/v1/artifacts",
  "/v1/apiKeys",
  "/v1/users",
  "/v1/auditLogs?pageSize=20&orderBy=time&filter=method%20=%20POST",
];

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let database: Awaited<ReturnType<typeof freshDatabase>>;
let product: Product;
let credentials: Credentials[];
let gateways: TestGateway[];
let key: string;
let artifactId: string;
let lastEventId: string;
const namespace = freshNamespace();
const answers = new Map<string, unknown>();

beforeAll(async () => {
  [directory, database] = await Promise.all([temporaryDirectory(), freshDatabase()]);
  product = await startProduct({ dataDir: directory.path });
}, 60_000);

afterAll(async () => {
  await Promise.all((gateways ?? []).map((gateway) => gateway.end()));
  await product?.kill("SIGKILL");
  await directory.remove();
  await database.drop();
});

async function ok<Body>(method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await product.request(method, path, body);
  expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer.body as Body;
}

/** A gateway that does what it is told, and counts how often that is. */
function obey(gateway: TestGateway): { told: number } {
  const count = { told: 0 };
  gateway.client.on("message", (topic, payload) => {
    const message: { state?: unknown; id?: string; replyTo?: string } = JSON.parse(payload.toString());
    if (/\/down\/(delta|desired)$/.test(topic)) {
      count.told += 1;
      void gateway.publish("reported", { state: message.state });
    }
    if (topic.endsWith("/down/command"))
      gateway.client.publish(
        message.replyTo ?? "",
        JSON.stringify({ id: message.id, status: "OK", result: { n: 1 } }),
        { qos: 1 },
      );
  });
  return count;
}

async function connectAll(): Promise<{ told: number }[]> {
  gateways = await Promise.all(credentials.map((one) => connectGateway(product, one)));
  return gateways.map(obey);
}

async function phases(): Promise<string[]> {
  const found = IDS.map((id) => ok<{ phase: string }>("GET", `/v1/gateways/${id}/config`));
  return (await Promise.all(found)).map(({ phase }) => phase);
}

async function untilInSync(): Promise<void> {
  await waitFor(
    "all to be in sync",
    async () => (await phases()).every((phase) => phase === "IN_SYNC"),
    20_000,
  );
}

async function stop(): Promise<void> {
  await Promise.all(gateways.map((gateway) => gateway.end()));
  await product.kill("SIGTERM");
}

/** A node on the servers of a cluster, and the moved data. */
function cluster() {
  const { natsUrl, redisUrl } = sharedServers();
  return {
    dataDir: directory.path,
    env: {
      DATABASE_URL: database.url,
      NATS_URL: natsUrl,
      REDIS_URL: redisUrl,
      NAMESPACE: namespace,
    },
  };
}

async function stored<Row extends object>(sql: string): Promise<Row[]> {
  const sequelize = connectMysql(addressOf(database.url));
  try {
    return await sequelize.query<Row>(sql, { type: QueryTypes.SELECT });
  } finally {
    await sequelize.close();
  }
}

const silent = () => undefined;

describe("an installation that moves from SQLite to MariaDB", { timeout: 90_000 }, () => {
  it("has gateways, twins, profiles, commands, users, keys and artifacts", async () => {
    credentials = await provision(product, IDS);
    await connectAll();
    const profile = {
      displayName: "all",
      gatewayFilter: "",
      priority: 5,
      desired: { common: { interval: 7 } },
    };
    await ok("POST", "/v1/configProfiles", profile);
    for (const [index, id] of IDS.entries())
      await ok("PATCH", `/v1/gateways/${id}/twin/desired`, {
        name: `ä'"\\ ${index}`,
        big: 2 ** 53 - 1,
        on: true,
      });
    await untilInSync();
    await ok("POST", `/v1/gateways/${IDS[0]}/commands`, { name: "reboot" });
    await ok("POST", "/v1/users", {
      userId: "eve",
      displayName: "Eve",
      role: "operator",
      password: "a long password",
    });
    key = (await ok<{ token: string }>("POST", "/v1/apiKeys", { displayName: "reader", role: "viewer" }))
      .token;
    const upload = await fetch(`${product.httpUrl}/v1/artifacts`, {
      method: "POST",
      headers: { authorization: `Bearer ${product.token}`, "content-type": "application/octet-stream" },
      body: CONTENT,
    });
    artifactId = ((await upload.json()) as { artifactId: string }).artifactId;
  });

  it("is not moved while it runs, nor to a database that has something", async () => {
    await expect(move({ dataDir: directory.path, to: database.url, print: silent })).rejects.toThrow(
      /^the data is in use by node .* stop it first$/,
    );
    for (const path of READS) answers.set(path, await ok("GET", path));
    lastEventId =
      (await ok<{ events: { id: string }[] }>("GET", "/v1/events?pageSize=1")).events[0]?.id ?? "";
    await stop();
    const sequelize = connectMysql(addressOf(database.url));
    try {
      await sequelize.query("CREATE TABLE notes (id INT)");
      await expect(move({ dataDir: directory.path, to: database.url, print: silent })).rejects.toThrow(
        /is not empty; create another one, and name that with --to$/,
      );
      await sequelize.query("DROP TABLE notes");
    } finally {
      await sequelize.close();
    }
  });

  it("is not started on when a move was broken off; the next move begins anew", async () => {
    const stopped = new Error("no more lines");
    const lines: string[] = [];
    const breakOff = (line: string) => {
      lines.push(line);
      if (line.startsWith("gateways: ")) throw stopped;
    };
    await expect(move({ dataDir: directory.path, to: database.url, print: breakOff })).rejects.toThrow(
      stopped,
    );
    const refused = await spawnProduct(cluster());
    await waitFor("the start to fail", () => refused.child.exitCode !== null, 20_000);
    expect(refused.output()).toMatch(
      /DATABASE_URL: .*a move into this database has not finished; run `npm run move` again/,
    );
    await move({ dataDir: directory.path, to: database.url, print: silent });
  });

  it("gives the same answers afterwards, takes the same secrets, and tells no gateway again what it has", async () => {
    product = await startProduct(cluster());
    const told = await connectAll();
    await untilInSync();
    for (const path of READS) expect(await ok("GET", path), path).toEqual(answers.get(path));
    const events = await ok<{ events: { id: string }[] }>("GET", "/v1/events?pageSize=1000");
    expect(events.events.map(({ id }) => id)).toContain(lastEventId);
    const headers = { authorization: `Bearer ${key}` };
    const download = await fetch(`${product.httpUrl}/v1/artifacts/${artifactId}:download`, { headers });
    const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
    expect(digest(await download.bytes())).toBe(digest(CONTENT));
    expect(told.map(({ told }) => told)).toEqual(IDS.map(() => 0));
  });

  it("goes on in all 256 partitions, also after a kill -9: versions, history, counts and new gateways", async () => {
    const { partitions } = await ok<{ partitions: Record<string, { total: number }> }>("GET", "/v1/cluster");
    expect(partitions.twin?.total).toBe(256);
    const documents = await stored<{ id: string; number: number }>(
      "SELECT actor_id AS id, `partition` AS number FROM documents",
    );
    expect(documents.length).toBeGreaterThan(IDS.length);
    for (const { id, number } of documents) expect(number).toBe(partitionOf(id, 256));
    for (const id of IDS) {
      const { version } = await ok<{ version: number }>("GET", `/v1/gateways/${id}/twin`);
      const after = await ok<{ version: number }>("PATCH", `/v1/gateways/${id}/twin/desired`, {
        name: "moved",
      });
      expect(after.version).toBe(version + 1);
    }
    await Promise.all(gateways.map((gateway) => gateway.end()));
    await product.kill("SIGKILL");
    product = await startProduct(cluster());
    for (const id of IDS) {
      const { desired } = await ok<{ desired: { state: object } }>("GET", `/v1/gateways/${id}/twin`);
      expect(desired.state).toMatchObject({ name: "moved" });
    }
    await connectAll();
    await untilInSync();
    const history = (id: string) =>
      ok<{ history: { version: number }[] }>("GET", `/v1/gateways/${id}/twin/history`);
    for (const id of IDS)
      await waitFor(`the history of ${id}`, async () => {
        const versions = (await history(id)).history.map(({ version }) => version);
        return (
          versions.length > 0 &&
          versions.every((version, at) => at === 0 || version === (versions[at - 1] ?? 0) - 1)
        );
      });
    await provision(product, ["gw-new"]);
    await waitFor("the new gateway to be counted", async () => {
      const { total } = await ok<{ total: number }>("GET", "/v1/presence:summary");
      return total === IDS.length + 1;
    });
  });
});
