import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import mqtt from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../stores/database.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { type Credentials, connectGateway, provision } from "../helpers/gateway.ts";
import { type Product, spawnProduct, startProduct } from "../helpers/product.ts";
import { waitFor } from "../helpers/wait-for.ts";

/** Everything goes to the log, in the form that has most of it. */
const LOUD = { LOG_LEVEL: "trace", LOG_FORMAT: "ecs" };
/** Words that a caller sends in the wrong place. */
const MISPLACED = "misplaced-secret-0123456789";
const HASHES: readonly (readonly [table: string, column: string])[] = [
  ["gateways", "password_hash"],
  ["api_keys", "token_hash"],
  ["users", "password_hash"],
  ["user_sessions", "token_hash"],
];

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let product: Product;
let output = "";
const secrets: string[] = [];

beforeAll(async () => {
  directory = await temporaryDirectory();
  product = await startProduct({ dataDir: directory.path, env: LOUD });
  secrets.push(product.token);
});
afterAll(async () => {
  await product.kill("SIGKILL");
  await directory.remove();
});

async function restart(signal: NodeJS.Signals): Promise<void> {
  await product.kill(signal);
  output += product.output();
  product = await startProduct({ dataDir: directory.path, env: LOUD });
}

/** Notes the secret before it is used, in the forms in which it might be written. */
function noted(secret: string): string {
  secrets.push(secret, Buffer.from(secret).toString("base64").replace(/=+$/, ""), encodeURIComponent(secret));
  return secret;
}

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await product.request(method, path, body, headers);
  return { ...answer, body: answer.body as Record<string, unknown> };
}

async function tryPassword(username: string, password: string): Promise<void> {
  const connecting = mqtt.connectAsync(product.mqttUrl, { username, password, reconnectPeriod: 0 });
  await expect(connecting).rejects.toThrow();
}

async function liveAsGateway(): Promise<void> {
  const [first] = (await provision(product, ["gw-1"])) as [Credentials];
  noted(first.password);
  const gateway = await connectGateway(product, first);
  await gateway.publish("hello", { boot: "b1" });
  await tryPassword("gw-1", noted("wrong-gateway-password"));
  const closed = new Promise<void>((resolve) => gateway.client.once("close", () => resolve()));
  const key = { "idempotency-key": "rotate-1" };
  const path = "/v1/gateways/gw-1:rotateCredentials";
  const rotated = (await ask("POST", path, {}, key)).body.credentials as Credentials;
  expect((await ask("POST", path, {}, key)).body.credentials).toEqual(rotated);
  await closed;
  await tryPassword("gw-1", first.password);
  const again = await connectGateway(product, { username: "gw-1", password: noted(rotated.password) });
  await again.publish("reported", { state: { a: 1 } });
  await again.end();
}

async function liveAsPeople(): Promise<void> {
  const key = { displayName: "page", role: "thirdparty", gatewayFilter: "" };
  const bearer = (token: unknown) => ({ authorization: `Bearer ${noted(String(token))}` });
  const page = bearer((await ask("POST", "/v1/apiKeys", key)).body.token);
  expect((await ask("GET", "/v1/gateways/gw-1/twin", undefined, page)).status).toBe(200);
  await ask("GET", "/v1/gateways", undefined, bearer("wrong-token-0123456789"));
  const password = noted("the-password-of-ann");
  await ask("POST", "/v1/users", { userId: "ann", role: "operator", password });
  const session = bearer((await ask("POST", "/v1/sessions", { userId: "ann", password })).body.token);
  expect((await ask("GET", "/v1/gateways", undefined, session)).status).toBe(200);
  await ask("POST", "/v1/sessions", { userId: "ann", password: noted("wrong-password-of-ann") });
  const newPassword = noted("another-password-of-ann");
  await ask("POST", "/v1/users/ann:changePassword", { currentPassword: password, newPassword }, session);
  const again = await ask("POST", "/v1/sessions", { userId: "ann", password: newPassword });
  expect([again.status, noted(String(again.body.token)).length > 20]).toEqual([201, true]);
}

async function makeMistakes(): Promise<void> {
  noted(MISPLACED);
  await ask("POST", "/v1/users", `{"userId":"bob","password":"${MISPLACED}`);
  await ask("POST", "/v1/users", { userId: "bob", role: "cook", password: MISPLACED });
  await ask("POST", "/v1/gateways", { gatewayId: "gw-2", [MISPLACED]: 1 });
  await ask("GET", `/v1/gateways?access_token=${MISPLACED}`);
  await ask("GET", "/v1/gateways", undefined, { authorization: MISPLACED });
}

/** Of all that the database keeps. */
async function storedHashes(): Promise<string[]> {
  const sequelize = await openDatabase(directory.path);
  const rows = await Promise.all(
    HASHES.map(([table, column]) => sequelize.query(`SELECT ${column} AS hash FROM ${table}`)),
  );
  await sequelize.close();
  return rows.flatMap(([found]) => found.map((row) => String((row as { hash: unknown }).hash)));
}

function filesOf(path: string): [name: string, content: Buffer][] {
  return readdirSync(path).map((name) => [name, readFileSync(join(path, name))]);
}

describe("a whole life at LOG_LEVEL=trace", { timeout: 60_000 }, () => {
  test("leaves no secret in the log, the metrics, the process or the data", async () => {
    await liveAsGateway();
    await liveAsPeople();
    await makeMistakes();
    const metrics = await (await fetch(`${product.httpUrl}/metrics`)).text();
    const commandLine = readFileSync(`/proc/${product.child.pid}/cmdline`).toString();
    await restart("SIGKILL");
    await restart("SIGTERM");
    await product.kill("SIGTERM");
    output += product.output();
    const places = [
      ["log", output],
      ["metrics", metrics],
      ["command line", commandLine],
    ] as const;
    const hashes = await storedHashes();
    expect([output.length > 10_000, hashes.length > 4, secrets.length > 20]).toEqual([true, true, true]);
    const found = (words: readonly string[], text: string | Buffer) =>
      words.filter((word) => text.includes(word));
    for (const [place, text] of places)
      expect([place, found([...secrets, ...hashes], text)]).toEqual([place, []]);
    for (const [name, content] of filesOf(directory.path))
      expect([name, found(secrets, content)]).toEqual([name, []]);
  });

  test("shows a generated admin token once, and never again", async () => {
    const fresh = await temporaryDirectory();
    const start = { dataDir: fresh.path, env: { ...LOUD, ADMIN_TOKEN: "" } };
    const first = await startProduct(start);
    const shown = await waitFor("the token", () =>
      /admin token, shown this once: ([\w-]{20,})/.exec(first.output()),
    );
    const token = String(shown?.[1]);
    const authorization = `Bearer ${token}`;
    expect((await first.request("GET", "/v1/gateways", undefined, { authorization })).status).toBe(200);
    await first.kill("SIGTERM");
    const second = await startProduct(start);
    expect((await second.request("GET", "/v1/gateways", undefined, { authorization })).status).toBe(200);
    await second.kill("SIGTERM");
    expect((first.output() + second.output()).split(token)).toHaveLength(2);
    for (const [, content] of filesOf(fresh.path)) expect(content.includes(token)).toBe(false);
    await fresh.remove();
  });
});

test("a start that fails says nothing of the secrets that it was given", { timeout: 60_000 }, async () => {
  const fresh = await temporaryDirectory();
  const first = await startProduct({ dataDir: fresh.path });
  for (const env of [{ HTTP_PORT: String(first.httpPort) }, { HTTP_TLS_CERT: "/", HTTP_TLS_KEY: "/" }, {}]) {
    const second = await spawnProduct({ dataDir: fresh.path, env: { ...LOUD, ...env } });
    await waitFor("its end", () => second.child.exitCode !== null, 20_000);
    expect([second.child.exitCode, second.output()]).toEqual([1, expect.stringMatching(/gateway-twin: .+/)]);
    expect(second.output()).not.toContain(second.token);
  }
  await first.kill("SIGTERM");
  await fresh.remove();
});
