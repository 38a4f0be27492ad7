import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fieldsOf, type RestHarness, reasonOf, startRest } from "./rest-harness.ts";

let rest: RestHarness;
beforeAll(async () => {
  const twins = { name: "twins", actions: { remove: () => null } };
  rest = await startRest([twins]);
});
afterAll(() => rest.stop());

describe("gateways over REST", () => {
  test("are created, read, changed and deleted", async () => {
    const body = { gatewayId: "gw-1", displayName: "One", labels: { site: "a" } };
    const created = await rest.request("POST", "/v1/gateways", { body });
    expect(created.status).toBe(201);
    expect(created.headers.get("location")).toBe("/v1/gateways/gw-1");
    expect(created.body).toMatchObject({ ...body, credentials: { username: "gw-1" } });
    const patched = await rest.request("PATCH", "/v1/gateways/gw-1", {
      body: { labels: { site: null } },
      headers: { "content-type": "application/merge-patch+json; charset=UTF-8" },
    });
    expect(patched).toMatchObject({ status: 200, body: { displayName: "One", labels: {} } });
    expect(await rest.request("GET", "/v1/gateways/gw-1/")).toMatchObject({
      status: 200,
      body: { labels: {} },
    });
    const deleted = await rest.request("DELETE", "/v1/gateways/gw-1");
    expect(deleted).toMatchObject({ status: 204, body: {} });
    expect(deleted.headers.has("content-length")).toBe(false);
    expect(reasonOf(await rest.request("DELETE", "/v1/gateways/gw-1"))).toBe("GATEWAY_NOT_FOUND");
  });

  test("may have colons in their ids", async () => {
    const created = await rest.request("POST", "/v1/gateways", {
      body: { gatewayId: "a:b:rotateCredentials" },
    });
    expect(created.headers.get("location")).toBe("/v1/gateways/a:b:rotateCredentials");
    const got = await rest.request("GET", "/v1/gateways/a:b:rotateCredentials");
    expect(got.body).toMatchObject({ gatewayId: "a:b:rotateCredentials" });
    expect((await rest.request("GET", "/v1/gateways/a%3Ab%3ArotateCredentials")).status).toBe(200);
    const rotated = await rest.request("POST", "/v1/gateways/a:b:rotateCredentials:rotateCredentials");
    expect(rotated).toMatchObject({
      status: 200,
      body: { credentials: { username: "a:b:rotateCredentials" } },
    });
    expect(reasonOf(await rest.request("POST", "/v1/gateways/a:b:rotateCredentials"))).toBe(
      "GATEWAY_NOT_FOUND",
    );
  });

  test("come in batches", async () => {
    const requests = [{ gatewayId: "batch-1" }, {}];
    const created = await rest.request("POST", "/v1/gateways:batchCreate", { body: { requests } });
    expect(created).toMatchObject({ status: 200, body: { gateways: [{ gatewayId: "batch-1" }, {}] } });
    const again = await rest.request("POST", "/v1/gateways:batchCreate", { body: { requests } });
    expect(again).toMatchObject({ status: 409, body: { error: { status: "ALREADY_EXISTS" } } });
    expect(again.body.error?.details[0]?.metadata).toEqual({ gatewayId: "batch-1", errorCode: "4090001" });
    const tooMany = { requests: Array.from({ length: 1001 }, () => ({})) };
    expect(reasonOf(await rest.request("POST", "/v1/gateways:batchCreate", { body: tooMany }))).toBe(
      "INVALID_ARGUMENT",
    );
  });

  test("are listed page by page", async () => {
    const requests = ["list-1", "list-2", "list-3"].map((gatewayId) => ({
      gatewayId,
      labels: { list: "yes" },
    }));
    await rest.request("POST", "/v1/gateways:batchCreate", { body: { requests } });
    const query = `filter=${encodeURIComponent('labels.list = "yes"')}&pageSize=2`;
    const first = await rest.request("GET", `/v1/gateways?${query}`);
    expect(first.body).toMatchObject({ gateways: [{ gatewayId: "list-1" }, { gatewayId: "list-2" }] });
    const second = await rest.request("GET", `/v1/gateways?${query}&pageToken=${first.body.nextPageToken}`);
    expect(second.body).toMatchObject({ gateways: [{ gatewayId: "list-3" }], nextPageToken: "" });
  });
});

describe("a request is refused", () => {
  test.each<[method: string, path: string, reason: string, fields: string[], body?: unknown]>([
    ["GET", "/v1/gateways?pageSize=ten", "INVALID_ARGUMENT", ["pageSize"]],
    ["GET", "/v1/gateways?pageSize=-1", "INVALID_ARGUMENT", ["pageSize"]],
    ["GET", "/v1/gateways?pageSize=1&pageSize=2", "INVALID_ARGUMENT", ["pageSize"]],
    ["GET", "/v1/gateways?limit=1", "INVALID_ARGUMENT", ["limit"]],
    ["GET", "/v1/gateways?orderBy=password", "INVALID_ARGUMENT", ["orderBy"]],
    ["GET", "/v1/gateways?filter=site", "INVALID_FILTER", ["filter"]],
    ["GET", "/v1/gateways?filter=secret%20%3D%20x", "INVALID_FILTER", ["filter"]],
    ["GET", "/v1/gateways?filter=createTime%20%3E%20yesterday", "INVALID_FILTER", ["filter"]],
    ["GET", "/v1/gateways?pageToken=x", "INVALID_PAGE_TOKEN", ["pageToken"]],
    ["GET", "/v1/gateways/-x", "INVALID_ARGUMENT", ["gatewayId"]],
    ["GET", "/v1/gateways/%20", "INVALID_ARGUMENT", ["gatewayId"]],
    ["GET", "/v1/gateways/%zz", "INVALID_ARGUMENT", []],
    ["GET", "/v1/gateways?filter=%zz", "INVALID_ARGUMENT", []],
    ["GET", "/v1/gateways?filter=displayName%3D%ff", "INVALID_ARGUMENT", []],
    ["GET", "/v1/gateways/none", "GATEWAY_NOT_FOUND", []],
    ["POST", "/v1/gateways", "INVALID_ARGUMENT", ["gatewayId"], { gatewayId: "a b" }],
    ["POST", "/v1/gateways", "INVALID_ARGUMENT", ["name"], { name: "x" }],
    ["POST", "/v1/gateways", "INVALID_ARGUMENT", ["by"], { by: "x" }],
    ["POST", "/v1/gateways", "KEY_NOT_ALLOWED", [], '{"__proto__":{}}'],
    ["POST", "/v1/gateways?displayName=x", "INVALID_ARGUMENT", ["displayName"], {}],
    ["PATCH", "/v1/gateways/none", "INVALID_ARGUMENT", ["gatewayId"], { gatewayId: "x" }],
    ["POST", "/v1/gateways/none:rotateCredentials", "INVALID_ARGUMENT", ["x"], { x: 1 }],
    ["POST", "/v1/gateways", "MALFORMED_JSON", [], "{"],
    ["POST", "/v1/gateways", "NOT_AN_OBJECT", [], "[]"],
    ["POST", "/v1/gateways", "NOT_AN_OBJECT", [], '"x"'],
    ["POST", "/v1/gateways", "PAYLOAD_TOO_LARGE", [], `"${"x".repeat(1024 * 1024)}"`],
    ["GET", "/v1/nothing", "ROUTE_NOT_FOUND", []],
    ["GET", "/V1/gateways", "ROUTE_NOT_FOUND", []],
    ["GET", "/", "ROUTE_NOT_FOUND", []],
    ["GET", "/api/list-aliases", "ROUTE_NOT_FOUND", []],
    ["GET", "/gateways/list", "ROUTE_NOT_FOUND", []],
    ["GET", "/~node/list", "ROUTE_NOT_FOUND", []],
    ["DELETE", "/v1/gateways", "METHOD_NOT_ALLOWED", []],
  ])("%s %s: %s %j", async (method, path, reason, fields, body) => {
    const answer = await rest.request(method, path, { body });
    expect(reasonOf(answer)).toBe(reason);
    expect(fieldsOf(answer)).toEqual(fields);
    expect(answer.body.error?.code).toBe(answer.status);
    expect(rest.logged).toEqual([]);
  });

  test("when its text is not UTF-8", async () => {
    const body = new Uint8Array([0x22, 0xff, 0x22]);
    const headers = {
      authorization: "Bearer test-admin-token-0123456789abcdef",
      "content-type": "application/json",
    };
    const response = await fetch(`${rest.url}/v1/gateways`, { method: "POST", body, headers });
    expect(await response.text()).toContain("INVALID_UTF8");
  });

  test.each([
    ["text/plain", undefined],
    ["application/x-www-form-urlencoded", undefined],
    ["application/json; charset=latin1", undefined],
    ["application/json", "gzip"],
  ])("as %s %s", async (type, encoding) => {
    const headers = { "content-type": type, ...(encoding && { "content-encoding": encoding }) };
    const answer = await rest.request("POST", "/v1/gateways", { body: {}, headers });
    expect(answer).toMatchObject({ status: 415, body: { error: { status: "INVALID_ARGUMENT" } } });
    expect(answer.headers.get("accept")).toBe("application/json");
  });

  test("with the methods that are possible instead", async () => {
    const answer = await rest.request("PUT", "/v1/gateways/gw-1");
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("GET, HEAD, PATCH, DELETE");
    const options = await rest.request("OPTIONS", "/v1/gateways", {
      headers: { "access-control-request-method": "POST", origin: "http://elsewhere" },
    });
    expect(options).toMatchObject({ status: 405 });
    expect(options.headers.has("access-control-allow-origin")).toBe(false);
  });
});
