import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call } from "../../mixins/bridge.ts";
import { accessService } from "../../services/admin/access/access.service.ts";
import { openDatabase } from "../../stores/database.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { natsBrokers } from "../helpers/nats-brokers.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { type Answer, fieldsOf, type RestHarness, reasonOf, startRest, TOKEN } from "./rest-harness.ts";

let rest: RestHarness;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest.stop());

const post = (body: object, token = TOKEN) => rest.request("POST", "/v1/apiKeys", { body, token });
const patch = (keyId: string, body: object) => rest.request("PATCH", `/v1/apiKeys/${keyId}`, { body });
const outcome = (answer: Answer) => [answer.status, reasonOf(answer)];

async function newKey(body: object = {}): Promise<{ keyId: string; token: string }> {
  const answer = await post({ displayName: "", role: "viewer", ...body });
  expect(answer.status).toBe(201);
  return { keyId: String(answer.body.keyId), token: String(answer.body.token) };
}

const statusFor = async (token: string) => (await rest.request("GET", "/v1/gateways", { token })).status;

describe("an API key", () => {
  test("is made, shown once, read, listed, changed and deleted", async () => {
    const created = await post({
      displayName: "Pages",
      role: "thirdparty",
      gatewayFilter: "labels.site = a",
    });
    const { token, ...key } = created.body;
    expect(token).toMatch(new RegExp(`^gtk_${key.keyId}_[\\w-]{43}$`));
    expect(created.headers.get("location")).toBe(`/v1/apiKeys/${key.keyId}`);
    expect(key).toEqual({
      keyId: expect.stringMatching(/^[a-z2-7]{12}$/),
      displayName: "Pages",
      role: "thirdparty",
      prefix: `gtk_${key.keyId}`,
      gatewayFilter: "labels.site = a",
      expireTime: null,
      lastUsedTime: null,
      createTime: new Date(rest.time.now).toISOString(),
      updateTime: new Date(rest.time.now).toISOString(),
    });
    const path = `/v1/apiKeys/${key.keyId}`;
    expect((await rest.request("GET", path)).body).toEqual(key);
    expect((await rest.request("GET", "/v1/apiKeys?filter=role%20=%20thirdparty")).body.apiKeys).toEqual([
      key,
    ]);
    const changed = await patch(String(key.keyId), { displayName: "P", gatewayFilter: "" });
    expect(changed.body).toMatchObject({ displayName: "P", gatewayFilter: "" });
    expect((await rest.request("DELETE", path)).status).toBe(204);
    for (const method of ["GET", "DELETE"]) {
      expect(outcome(await rest.request(method, path))).toEqual([404, "API_KEY_NOT_FOUND"]);
    }
    expect(outcome(await patch(String(key.keyId), {}))).toEqual([404, "API_KEY_NOT_FOUND"]);
  });

  test.each([
    [{ role: "thirdparty" }, "gatewayFilter"],
    [{ gatewayFilter: "labels.site =" }, "gatewayFilter"],
    [{ gatewayFilter: "reported.temperature > 3" }, "gatewayFilter"],
    [{ role: "anyone" }, "role"],
    [{ expireTime: "2026-02-28T23:59:59Z" }, "expireTime"],
    [{ expireTime: "tomorrow" }, "expireTime"],
    [{ keyId: "mine" }, "keyId"],
  ])("%j is refused", async (body, field) => {
    const answer = await post({ displayName: "", role: "viewer", ...body });
    expect([answer.status, fieldsOf(answer)]).toEqual([400, [field]]);
  });

  test("ends at its time, which can be put off until then", async () => {
    const at = (ms: number) => new Date(rest.time.now + ms).toISOString();
    const { keyId, token } = await newKey({ expireTime: at(1000) });
    expect(await statusFor(token)).toBe(200);
    expect((await patch(keyId, { expireTime: at(5000) })).status).toBe(200);
    rest.time.now += 4999;
    expect(await statusFor(token)).toBe(200);
    rest.time.now += 1;
    expect(await statusFor(token)).toBe(401);
    expect((await patch(keyId, { expireTime: null })).body.expireTime).toBeNull();
    expect(await statusFor(token)).toBe(200);
  });

  test("is worth nothing once it is deleted, also to those that use it all the time", async () => {
    const { keyId, token } = await newKey();
    let isDeleted = false;
    const late: number[] = [];
    const use = async () => {
      while (late.length === 0) {
        const wasDeleted = isDeleted;
        const status = await statusFor(token);
        if (wasDeleted) late.push(status);
      }
    };
    const users = Array.from({ length: 4 }, use);
    await waitFor("the key in use", async () => (await statusFor(token)) === 200);
    await rest.request("DELETE", `/v1/apiKeys/${keyId}`);
    isDeleted = true;
    await Promise.all(users);
    expect(new Set(late)).toEqual(new Set([401]));
  });

  test("is not worth more for who knows its prefix, who cannot keep its holder out either", async () => {
    const { keyId, token } = await newKey();
    const guess = (n: number) => `gtk_${keyId}_${String(n).padStart(43, "0")}`;
    for (let n = 0; n < 10; n++) expect(await statusFor(guess(n))).toBe(401);
    expect(await statusFor(guess(10))).toBe(429);
    expect(await statusFor(token)).toBe(200);
    rest.time.now += 60_001;
    expect(await statusFor(guess(11))).toBe(401);
    rest.time.now += 60_001;
  });

  test("says when it was last used, once a minute at most", async () => {
    const { keyId, token } = await newKey();
    const lastUsed = async () => (await rest.request("GET", `/v1/apiKeys/${keyId}`)).body.lastUsedTime;
    const first = new Date(rest.time.now).toISOString();
    expect(await lastUsed()).toBeNull();
    await Promise.all([statusFor(token), statusFor(token)]);
    await waitFor("the first use", async () => (await lastUsed()) === first);
    rest.time.now += 59_999;
    await statusFor(token);
    expect(await lastUsed()).toBe(first);
    // For so long nobody asks who has just been known.
    rest.time.now += 2000;
    await statusFor(token);
    const second = new Date(rest.time.now).toISOString();
    await waitFor("the next use", async () => (await lastUsed()) === second);
  });

  test("that admins use cannot delete itself; the bootstrap key is listed, and only ADMIN_TOKEN changes it", async () => {
    const { keyId, token } = await newKey({ role: "admin" });
    const own = await rest.request("DELETE", `/v1/apiKeys/${keyId}`, { token });
    expect(outcome(own)).toEqual([409, "OWN_ACCESS"]);
    expect((await rest.request("GET", "/v1/apiKeys/bootstrap")).body).toMatchObject({
      role: "admin",
      prefix: "",
    });
    expect(outcome(await patch("bootstrap", {}))).toEqual([409, "BOOTSTRAP_KEY"]);
    expect(outcome(await rest.request("DELETE", "/v1/apiKeys/bootstrap"))).toEqual([409, "BOOTSTRAP_KEY"]);
  });

  test("leaves its token nowhere", async () => {
    const { keyId, token } = await newKey();
    await statusFor(token);
    const answers = [
      await rest.request("GET", `/v1/apiKeys/${keyId}`),
      await rest.request("GET", "/v1/apiKeys"),
    ];
    const [rows] = await rest.sequelize.query("SELECT * FROM api_keys");
    const shown = JSON.stringify([rest.logged, answers.map(({ body }) => body)]);
    expect(shown + JSON.stringify(rows)).not.toContain(token.slice(-43));
    expect(shown).not.toMatch(/scrypt\$|sha256\$/);
  });
});

describe("on several nodes", () => {
  test("a deleted key is refused by the others too, as soon as they hear of it", async () => {
    const directory = await temporaryDirectory();
    const sequelize = await openDatabase(directory.path);
    const nodes = natsBrokers();
    // Time stands still: nothing but the event tells.
    const options = { sequelize, clock: () => 1_766_000_000_000, adminToken: TOKEN, announce: () => {} };
    const [one, other] = [nodes.create("one"), nodes.create("other")];
    for (const broker of [one, other]) broker.createService(accessService(options));
    await one.start();
    await other.start();
    await nodes.untilKnown("access.authenticate", 2);
    const { keyId, token } = await call(one, "api-keys.create", { displayName: "", role: "viewer" });
    const knows = async (nodeID: string) =>
      (await call(one, "access.authenticate", { token }, { nodeID })).principal !== null;
    expect([await knows("one"), await knows("other")]).toEqual([true, true]);
    await call(one, "api-keys.delete", { keyId }, { nodeID: "one" });
    expect(await knows("one")).toBe(false);
    await waitFor("the other node to refuse it", async () => !(await knows("other")), 2000);
    await nodes.stop();
    await sequelize.close();
    await directory.remove();
  });
});
