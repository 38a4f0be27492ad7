import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceSchema } from "moleculer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call } from "../../mixins/bridge.ts";
import { accessService } from "../../services/admin/access/access.service.ts";
import { openDatabase } from "../../stores/database.ts";
import { quietBroker, type RestHarness, reasonOf, startRest, TOKEN } from "./rest-harness.ts";

describe("access over REST", () => {
  let rest: RestHarness;
  const tokens: Record<string, string> = {};
  beforeAll(async () => {
    rest = await startRest([{ name: "twins", actions: { remove: () => null } } satisfies ServiceSchema]);
    for (const role of ["viewer", "operator"]) {
      const { body } = await rest.request("POST", "/v1/apiKeys", { body: { displayName: role, role } });
      tokens[role] = String(body.token);
    }
    await rest.request("POST", "/v1/gateways", { body: { gatewayId: "gw-1" } });
  });
  afterAll(() => rest.stop());

  test.each([
    ["no token", {}],
    ["a wrong token", { authorization: "Bearer wrong" }],
    ["another scheme", { authorization: `Basic ${TOKEN}` }],
    ["an empty token", { authorization: "Bearer " }],
  ])("%s is not enough", async (_, headers) => {
    const answer = await rest.request("GET", "/v1/gateways", { token: null, headers });
    expect(answer).toMatchObject({ status: 401, body: { error: { status: "UNAUTHENTICATED" } } });
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer/);
  });

  test("is asked for before anything of the request is looked at", async () => {
    const answer = await rest.request("POST", "/v1/gateways", {
      token: null,
      body: "{",
      headers: { "content-type": "x" },
    });
    expect(answer.status).toBe(401);
  });

  test.each([
    ["viewer", "GET", "/v1/gateways", 200, undefined],
    ["viewer", "PATCH", "/v1/gateways/gw-1", 403, "gateways.update"],
    ["viewer", "POST", "/v1/gateways", 403, "gateways.create"],
    ["operator", "PATCH", "/v1/gateways/gw-1", 200, undefined],
    ["operator", "POST", "/v1/gateways/gw-1:rotateCredentials", 403, "gateways.rotateCredentials"],
    ["operator", "DELETE", "/v1/gateways/gw-1", 403, "gateways.delete"],
  ])("%s %s %s: %i", async (role, method, path, status, permission) => {
    const answer = await rest.request(method, path, {
      token: tokens[role] ?? null,
      body: method === "GET" ? undefined : {},
    });
    expect(answer.status).toBe(status);
    expect(answer.body.error?.details[0]?.metadata?.permission).toBe(permission);
  });

  test("a flood of wrong tokens is limited while right ones get through, and after it nothing is left", async () => {
    await rest.request("GET", "/v1/gateways");
    const flood = Array.from({ length: 120 }, (_, index) =>
      rest.request("GET", "/v1/gateways", { token: `wrong-${index}` }),
    );
    expect((await rest.request("GET", "/v1/gateways")).status).toBe(200);
    const answers = await Promise.all(flood);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 429]));
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThan(41);
    const refused = await rest.request("GET", "/v1/gateways", { token: "wrong-again" });
    expect([refused.status, reasonOf(refused)]).toEqual([429, "RATE_LIMITED"]);
    expect(refused.headers.get("retry-after")).toBe("60");
    expect((await rest.request("GET", "/v1/gateways", { token: tokens.viewer ?? null })).status).toBe(200);
    rest.time.now += 61_000;
    expect((await rest.request("GET", "/v1/gateways", { token: "wrong-again" })).status).toBe(401);
  });
});

describe("the first admin key", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "gateway-twin-access-"));
  afterAll(() => rmSync(dataDir, { recursive: true }));

  /** Starts, tries the tokens, stops; like a restart of the product. */
  async function start(adminToken: string | undefined, ...tokens: readonly string[]) {
    const sequelize = await openDatabase(dataDir);
    const broker = quietBroker();
    const announced: string[] = [];
    const announce = (token: string) => void announced.push(token);
    broker.createService(accessService({ sequelize, clock: Date.now, adminToken, announce }));
    await broker.start();
    const valid = [];
    for (const token of [...announced, ...tokens]) {
      const { principal } = await call(broker, "access.authenticate", { token });
      valid.push(principal?.role === "admin");
    }
    const [rows] = await sequelize.query("SELECT key_id, role, token_hash, create_time FROM api_keys");
    await broker.stop();
    await sequelize.close();
    return { announced, valid, stored: JSON.stringify(rows) };
  }

  test("is made up and told once, or the one the operator chooses", async () => {
    const first = await start(undefined);
    const [token = ""] = first.announced;
    expect(token).toMatch(/^gta_[\w-]{43}$/);
    expect(first.valid).toEqual([true]);
    expect(first.stored).not.toContain(token);
    expect(await start(undefined, token)).toMatchObject({ announced: [], valid: [true] });
    const chosen = await start("chosen", token, "chosen");
    expect(chosen).toMatchObject({ announced: [], valid: [false, true] });
    expect((await start("chosen", "chosen")).stored).toBe(chosen.stored);
    expect(await start(undefined, "chosen")).toMatchObject({ announced: [], valid: [true] });
    expect(await start("other", "chosen", "other")).toMatchObject({ valid: [false, true] });
  });
});
