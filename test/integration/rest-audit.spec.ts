import type { ServiceSchema } from "moleculer";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AuditLog } from "../../actors/contracts/audit.ts";
import { DomainError } from "../../actors/contracts/errors.ts";
import { auditService } from "../../services/admin/audit/audit.service.ts";
import { AuditWriter } from "../../services/admin/audit/audit-writer.ts";
import { audited } from "../../services/bff/audit.ts";
import { type OpenedDatabase, onSqlite } from "../helpers/databases.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { type RequestOptions, type RestHarness, startRest, TOKEN } from "./rest-harness.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const PASSWORD = "a long enough password";

let database: OpenedDatabase;
let rest: RestHarness;
let writer: AuditWriter;
let thirdParty: { readonly token: string; readonly name: string };
let isLimited = false;
const time = { now: Date.parse("2026-03-01T00:00:00Z") };
const counted: [string, object | undefined][] = [];

const counters = {
  count: (name: string, labels?: object) => void counted.push([name, labels]),
  gauge: () => undefined,
};
const log = { info: () => {}, warn: () => {}, error: () => {} };
const stubs: ServiceSchema[] = [
  { name: "twins", actions: { get: ({ params }) => ({ ...params, version: 1 }), remove: () => null } },
  { name: "journal", actions: { tail: () => ({ events: [], seq: 0 }) } },
];

beforeAll(async () => {
  database = await onSqlite();
  const { sequelize } = database;
  writer = new AuditWriter({ sequelize, counters, log });
  const admit = async () => {
    if (isLimited)
      throw new DomainError("RATE_LIMITED", { limit: 1, windowSeconds: 60, retryAfterSeconds: 1 });
    return {};
  };
  const clock = () => time.now;
  const guards = audited(admit, { trail: writer, clock, counters });
  rest = await startRest([...stubs, auditService({ sequelize, clock, counters, log })], { guards });
  for (const gatewayId of ["gw-1", "gw-2"])
    await rest.request("POST", "/v1/gateways", { body: { gatewayId } });
  const body = { displayName: "partner", role: "thirdparty", gatewayFilter: "gatewayId = gw-1" };
  const key = await rest.request("POST", "/v1/apiKeys", { body });
  thirdParty = { token: String(key.body.token), name: `key:${key.body.keyId}` };
});
afterAll(async () => {
  await rest.stop();
  await writer.stop();
  await database.close();
});

/** Each test has its own minute. */
beforeEach(() => {
  time.now += 3_600_000;
  counted.length = 0;
});

const asThirdParty = (method: string, path: string, options: RequestOptions = {}) =>
  rest.request(method, path, { token: thirdParty.token, ...options });

/** Those of this test, oldest first. */
async function logs(filter = ""): Promise<AuditLog[]> {
  const since = `time >= ${JSON.stringify(new Date(time.now).toISOString())}`;
  const query = new URLSearchParams({
    orderBy: "time",
    pageSize: "1000",
    filter: filter ? `${since} AND ${filter}` : since,
  });
  const { body } = await rest.request("GET", `/v1/auditLogs?${query}`);
  return body.auditLogs as AuditLog[];
}

const logged = (count: number, filter?: string) =>
  waitFor(`${count} audit logs`, async () => {
    const found = await logs(filter);
    return found.length === count && found;
  });

describe("an audit log is kept", () => {
  test("of every call of a third party, with who, what, from where and with what result", async () => {
    const headers = { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01`, "x-request-id": "r-1" };
    await asThirdParty("GET", "/v1/gateways/gw-1/twin?view=FULL", { headers });
    expect(await logged(1)).toEqual([
      {
        auditLogId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        time: new Date(time.now).toISOString(),
        actor: thirdParty.name,
        role: "thirdparty",
        method: "GET",
        permission: "twins.get",
        target: "gateways/gw-1/twin",
        gatewayId: "gw-1",
        status: 200,
        latencyMs: expect.any(Number),
        traceId: TRACE_ID,
        requestId: "r-1",
        sourceAddress: "127.0.0.1",
      },
    ]);
  });

  test("of every change, not of what others only read", async () => {
    await rest.request("GET", "/v1/gateways/gw-1");
    await rest.request("PATCH", "/v1/gateways/gw-1", { body: { displayName: "one" } });
    await rest.request("POST", "/v1/gateways/gw-1:rotateCredentials");
    const found = await logged(2);
    expect(found).toMatchObject([
      { actor: "admin", role: "admin", permission: "gateways.update", target: "gateways/gw-1", status: 200 },
      { actor: "admin", permission: "gateways.rotateCredentials", target: "gateways/gw-1", status: 200 },
    ]);
  });

  test("of what is refused, whoever and whatever refuses it", async () => {
    await asThirdParty("DELETE", "/v1/gateways/gw-1");
    await asThirdParty("GET", "/v1/gateways/gw-2/twin");
    await asThirdParty("PUT", "/v1/gateways/gw-1/twin/desired", {
      body: "x",
      headers: { "content-type": "a/b" },
    });
    isLimited = true;
    await asThirdParty("GET", "/v1/gateways/gw-1/twin").finally(() => (isLimited = false));
    const found = await logged(4);
    expect(found.map(({ status, reason, permission }) => [status, reason, permission])).toEqual([
      [403, "PERMISSION_DENIED", "gateways.delete"],
      [404, "GATEWAY_NOT_FOUND", "twins.get"],
      [415, "UNSUPPORTED_MEDIA_TYPE", "twins.replaceDesired"],
      [429, "RATE_LIMITED", "twins.get"],
    ]);
    expect(new Set(found.map(({ actor }) => actor))).toEqual(new Set([thirdParty.name]));
  });

  test("of those whom nobody knows, and they are counted", async () => {
    await rest.request("GET", "/v1/gateways", { token: "wrong" });
    await rest.request("POST", "/v1/sessions", { token: null, body: { userId: "ann", password: PASSWORD } });
    const found = await logged(2);
    expect(found).toMatchObject([
      {
        actor: "anyone",
        role: "anyone",
        status: 401,
        reason: "UNAUTHENTICATED",
        permission: "gateways.list",
      },
      { actor: "anyone", status: 401, reason: "WRONG_PASSWORD", permission: "sessions.create" },
    ]);
    const name = "gateway_twin.rest.unauthenticated.total";
    expect(counted.filter(([each]) => each === name).map(([, labels]) => labels)).toEqual([
      { reason: "UNAUTHENTICATED" },
      { reason: "WRONG_PASSWORD" },
    ]);
  });

  test("of a watch, when it ends", async () => {
    const stop = new AbortController();
    const url = `${rest.url}/v1/gateways/gw-1/twin:watch`;
    const headers = { authorization: `Bearer ${thirdParty.token}` };
    const response = await fetch(url, { headers, signal: stop.signal });
    expect(response.status).toBe(200);
    await asThirdParty("GET", "/v1/gateways/gw-2/twin:watch");
    expect(await logged(1)).toMatchObject([{ permission: "twins.watch", status: 404 }]);
    stop.abort();
    expect(await logged(2)).toMatchObject([{ status: 404 }, { permission: "twins.watch", status: 200 }]);
  });
});

test("a loop of refused calls does not fill the log: what is left out is counted", async () => {
  for (let calls = 0; calls < 125; calls++) await asThirdParty("DELETE", "/v1/gateways/gw-1");
  await asThirdParty("GET", "/v1/gateways/gw-1/twin");
  expect(await logged(1, "status = 200")).toHaveLength(1);
  expect(await logs("status = 403")).toHaveLength(120);
  const thinned = counted.filter(([name]) => name === "gateway_twin.audit.thinned.total");
  expect(thinned).toEqual(Array(5).fill(["gateway_twin.audit.thinned.total", { status: "403" }]));
});

test("no secret gets into it: no token, no password, no body, no query", async () => {
  const user = { userId: "bob", role: "operator", password: PASSWORD };
  await rest.request("POST", "/v1/users", { body: user });
  const { body } = await rest.request("POST", "/v1/sessions", {
    token: null,
    body: { userId: "bob", password: PASSWORD },
  });
  await rest.request("POST", `/v1/gateways/gw-1:rotateCredentials?secret=in-the-query`);
  await rest.request("GET", "/v1/gateways", { token: "wrong-token" });
  await logged(4);
  const [rows] = await database.sequelize.query("SELECT * FROM audit_logs");
  const text = JSON.stringify(rows);
  expect(text).toContain("gateways.rotateCredentials");
  for (const secret of [
    TOKEN,
    thirdParty.token,
    String(body.token),
    PASSWORD,
    "in-the-query",
    "wrong-token",
    "bob",
  ])
    expect(text).not.toContain(secret);
});

test("admins alone read it: it tells of all others", async () => {
  for (const role of ["viewer", "operator"]) {
    const { body } = await rest.request("POST", "/v1/apiKeys", { body: { displayName: role, role } });
    const answer = await rest.request("GET", "/v1/auditLogs", { token: String(body.token) });
    expect(answer.status).toBe(403);
  }
  expect((await asThirdParty("GET", "/v1/auditLogs")).status).toBe(403);
});
