import type { Context, ServiceSchema } from "moleculer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROLES, type Role } from "../../actors/contracts/action.ts";
import { ACTIONS, WATCHES } from "../../actors/contracts/contract.ts";
import { restRoutes } from "../../services/bff/routes.ts";
import { type RestHarness, reasonOf, startRest, TOKEN } from "./rest-harness.ts";

const REAL = ["access", "users", "sessions", "api-keys", "permissions", "gateways"];
/** What the stubs were asked last, by action. */
const asked = new Map<string, unknown>();

/** Every other service: each action answers something, so that what gets through to it is seen. */
function stubs(): ServiceSchema[] {
  const names = Object.keys(ACTIONS).map((name) => name.split(".") as [string, string]);
  const services = new Set(names.map(([service]) => service).filter((service) => !REAL.includes(service)));
  return [...services].map((name) => {
    const own = names.filter(([service]) => service === name);
    return { name, actions: Object.fromEntries(own.map(([, verb]) => [verb, stub])) };
  });
}

const stub = (context: Context) => {
  asked.set(String(context.action?.name), context.params);
  return { seq: 0, events: [], version: 1 };
};

/** Of the contract, section 4: the least role, and what third parties have. */
function isAllowed(role: Role, name: string, least: string): boolean {
  if (least === "anyone") return true;
  const ofThirdParties = ["twins.get", "twins.list", "twins.watch", "presence.get"];
  if (role === "thirdparty") return ofThirdParties.includes(name) || name.startsWith("cameras.");
  const roles = ["viewer", "operator", "admin"];
  return roles.indexOf(role) >= roles.indexOf(least);
}

const inPath = (path: string) =>
  path
    .replaceAll(":gatewayId", "gw-a1")
    .replaceAll(":commandId", "gw-a1.AAAAAAAAAAAAAAAA")
    .replace(/\/:[A-Za-z]+/g, "/nothing");

let rest: RestHarness;
const tokens: Record<string, string> = {};

async function newKey(name: string, body: object): Promise<string> {
  const answer = await rest.request("POST", "/v1/apiKeys", { body: { displayName: name, ...body } });
  expect(answer.status).toBe(201);
  tokens[name] = String(answer.body.token);
  return String(answer.body.keyId);
}

const ask = (name: string, method: string, path: string, body?: object) =>
  rest.request(method, path, { token: tokens[name] ?? null, ...(body && { body }) });

/** What of a watch comes before its events. */
async function statusOfWatch(name: string, path: string): Promise<number> {
  const stop = new AbortController();
  const headers = { authorization: `Bearer ${tokens[name]}` };
  const { status } = await fetch(rest.url + path, { headers, signal: stop.signal });
  stop.abort();
  return status;
}

beforeAll(async () => {
  rest = await startRest(stubs(), { watches: { rightsMs: 20 } });
  for (const [gatewayId, site] of [
    ["gw-a1", "a"],
    ["gw-a2", "a"],
    ["gw-b1", "b"],
  ]) {
    await rest.request("POST", "/v1/gateways", { body: { gatewayId, labels: { site } } });
  }
  for (const role of ROLES) await newKey(role, { role, ...(role === "thirdparty" && { gatewayFilter: "" }) });
  tokens.admin = TOKEN;
});
afterAll(() => rest.stop());

describe("every route, for every role", () => {
  const routes = restRoutes().flatMap(({ method, path, bindings }) =>
    bindings.map(({ action, contentTypes }) => ({
      method,
      path,
      action,
      least: ACTIONS[action],
      contentTypes,
    })),
  );

  test.each(routes)("$method $path ($action)", async ({ method, path, action, least, contentTypes }) => {
    const role = "rest" in least ? least.rest.role : "?";
    const request = (token: string | null) =>
      rest.request(method, inPath(path), {
        token,
        // Not JSON: what is allowed goes no further, so that every caller finds the same.
        ...(method !== "GET" && method !== "DELETE" && { body: "{" }),
        headers: { ...(method !== "GET" && { "content-type": contentTypes[0] ?? "" }) },
      });
    const isOpen = role === "anyone";
    expect((await request(null)).status === 401).toBe(!isOpen);
    for (const each of ROLES) {
      if (method === "DELETE" && each === "admin") continue;
      const answer = await request(tokens[each] ?? "");
      const denied = answer.body.error?.details[0]?.metadata?.permission;
      const expected = isAllowed(each, action, role) ? undefined : action;
      expect([each, answer.status === 403, denied]).toEqual([each, expected !== undefined, expected]);
      expect(answer.status).not.toBe(401);
    }
  });

  test.each(Object.entries(WATCHES))("watch %s", async (name, { rest: { path, role } }) => {
    const none = await rest.request("GET", inPath(path), { token: null });
    expect(none.status).toBe(401);
    for (const each of ROLES) {
      const expected = isAllowed(each, name, role) ? 200 : 403;
      expect([each, await statusOfWatch(each, inPath(path))]).toEqual([each, expected]);
    }
  });
});

describe("a caller with a gateway filter", () => {
  beforeAll(async () => {
    await newKey("site a", { role: "operator", gatewayFilter: "labels.site = a" });
    await newKey("one", { role: "operator", gatewayFilter: "gatewayId = gw-b1" });
    await newKey("partner", { role: "thirdparty", gatewayFilter: "labels.site = a" });
  });

  test.each([
    ["GET", "/v1/gateways/:g"],
    ["GET", "/v1/gateways/:g/twin"],
    ["GET", "/v1/gateways/:g/presence"],
    ["PATCH", "/v1/gateways/:g/twin/desired"],
    ["GET", "/v1/gateways/:g/twin:watch"],
    ["GET", "/v1/commands/:g.AAAAAAAAAAAAAAAA"],
  ])("%s %s: others do not exist, in the same words as those that do not", async (method, path) => {
    const body = method === "PATCH" ? {} : undefined;
    const of = (gatewayId: string) => ask("site a", method, path.replace(":g", gatewayId), body);
    if (!path.endsWith("watch")) expect((await of("gw-a1")).status).toBe(200);
    const [other, absent] = [await of("gw-b1"), await of("gw-zz")];
    expect([other.status, reasonOf(other)]).toEqual([404, "GATEWAY_NOT_FOUND"]);
    const text = ({ body: { error } }: typeof other) => JSON.stringify({ ...error, requestId: "" });
    expect(text(other).replaceAll("gw-b1", "gw-zz")).toBe(text(absent));
  });

  test("sees its own in lists, whatever it asks for", async () => {
    const listed = async (filter: string) => {
      const answer = await ask("site a", "GET", `/v1/gateways?filter=${encodeURIComponent(filter)}`);
      if (answer.status !== 200) return reasonOf(answer);
      return (answer.body.gateways as { gatewayId: string }[]).map(({ gatewayId }) => gatewayId);
    };
    expect(await listed("")).toEqual(["gw-a1", "gw-a2"]);
    expect(await listed("gatewayId = gw-a2 OR gatewayId = gw-b1")).toEqual(["gw-a2"]);
    expect(await listed("NOT labels.site = a")).toEqual([]);
    expect(await listed("labels.site = a) OR (labels.site = b")).toBe("INVALID_FILTER");
    await ask("partner", "GET", "/v1/twins?filter=version%20%3E%201");
    expect(asked.get("twins.list")).toEqual({ filter: '"labels"."site" = a AND "version" > 1' });
  });

  test("has what cannot be kept to its gateways denied", async () => {
    for (const path of ["/v1/events", "/v1/presence:summary", "/v1/configProfiles", "/v1/cluster"]) {
      const answer = await ask("site a", "GET", path);
      expect([path, answer.status, reasonOf(answer)]).toEqual([path, 403, "PERMISSION_DENIED"]);
    }
    expect(await statusOfWatch("site a", "/v1/events:watch")).toBe(403);
    expect(await statusOfWatch("one", "/v1/events:watch")).toBe(200);
    expect((await ask("one", "GET", "/v1/events")).status).toBe(200);
    expect(asked.get("journal.list")).toEqual({ filter: '"gatewayId" = gw-b1' });
  });

  test("may not name others in a batch", async () => {
    const batch = (...gatewayIds: string[]) =>
      ask("site a", "POST", "/v1/commands:batch", { name: "x", gatewayIds });
    expect((await batch("gw-a1", "gw-a2")).status).toBe(200);
    expect(reasonOf(await batch("gw-a1", "gw-b1"))).toBe("GATEWAY_NOT_FOUND");
  });

  test.each([
    ["key", (keyId: string) => rest.request("DELETE", `/v1/apiKeys/${keyId}`)],
    [
      "filter",
      (keyId: string) =>
        rest.request("PATCH", `/v1/apiKeys/${keyId}`, { body: { gatewayFilter: "labels.x = y" } }),
    ],
    [
      "key, also when its address has shown too many wrong tokens",
      async (keyId: string) => {
        for (const letter of "abcdefghijklmnopqrst")
          await rest.request("GET", "/v1/gateways", { token: `gtk_${letter.repeat(12)}_${"x".repeat(43)}` });
        await rest.request("DELETE", `/v1/apiKeys/${keyId}`);
      },
    ],
  ])("has its stream ended with its %s", async (name, change) => {
    const keyId = await newKey(`stream of a ${name}`, { role: "viewer", gatewayFilter: "labels.site = a" });
    const headers = { authorization: `Bearer ${tokens[`stream of a ${name}`]}` };
    const stream = await fetch(`${rest.url}/v1/gateways/gw-a1/twin:watch`, { headers });
    const ended = stream.text();
    expect(stream.status).toBe(200);
    await change(keyId);
    expect(await ended).toContain("event: twin");
  });

  test("sees a gateway no longer when its labels, or the filter, have changed", async () => {
    const keyId = await newKey("moving", { role: "viewer", gatewayFilter: "labels.site = b" });
    const status = async () => (await ask("moving", "GET", "/v1/gateways/gw-b1/twin")).status;
    expect(await status()).toBe(200);
    await rest.request("PATCH", `/v1/apiKeys/${keyId}`, { body: { gatewayFilter: "labels.site = c" } });
    expect(await status()).toBe(404);
  });
});

describe("asking what is allowed", () => {
  const check = async (name: string, body: object) => {
    const answer = await ask(name, "POST", "/v1/permissions:check", body);
    return answer.status === 200 ? answer.body : [answer.status, reasonOf(answer)];
  };

  test("says which rule decides", async () => {
    const rule = async (name: string, body: object) => {
      const answer = await check(name, body);
      return "rule" in answer && [answer.allowed, answer.rule];
    };
    expect(await rule("viewer", { permission: "gateways.delete" })).toEqual([
      false,
      "'gateways.delete' is for the role admin; the caller's is viewer.",
    ]);
    expect(await rule("operator", { permission: "twins.updateDesired" })).toEqual([
      true,
      "'twins.updateDesired' is for the role operator and above; the caller's is operator.",
    ]);
    expect(await rule("admin", { permission: "presence.get", role: "thirdparty" })).toEqual([
      true,
      "Third parties have 'presence.get'.",
    ]);
    expect(await rule("admin", { permission: "no.such" })).toEqual([
      false,
      "There is no permission 'no.such', and what no rule allows is denied.",
    ]);
  });

  test("knows gateways and keys; of others for admins only", async () => {
    const keyId = await newKey("asked for", { role: "thirdparty", gatewayFilter: "labels.site = a" });
    const about = (gatewayId: string) => check("admin", { permission: "twins.get", keyId, gatewayId });
    expect(await about("gw-a1")).toMatchObject({ allowed: true });
    const [other, absent] = [await about("gw-b1"), await about("gw-zz")];
    expect(other).toMatchObject({ allowed: false });
    expect(JSON.stringify(other).replaceAll("gw-b1", "gw-zz")).toBe(JSON.stringify(absent));
    expect(await check("operator", { permission: "twins.get", keyId })).toEqual([403, "PERMISSION_DENIED"]);
    expect(await check("admin", { permission: "twins.get", keyId: "none" })).toEqual([
      404,
      "API_KEY_NOT_FOUND",
    ]);
    expect(await check("admin", { permission: "twins.get", keyId, role: "admin" })).toEqual([
      400,
      "INVALID_ARGUMENT",
    ]);
  });
});
