import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Application, startApplication } from "../../application/application.ts";
import { parseEnvironment } from "../../env.ts";
import { freePort } from "../../scripts/servers/free-port.ts";
import { type Answer, fieldsOf, type RequestOptions, reasonOf, requestTo, TOKEN } from "./rest-harness.ts";

let application: Application;
let dataDir: string;
let url: string;
let gatewayId: string;
let count = 0;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "gateway-twin-twins-"));
  const port = String(await freePort("127.0.0.1"));
  const variables = {
    HTTP_PORT: port,
    ROLES: "core,bff,admin",
    DATA_DIR: dataDir,
    ADMIN_TOKEN: TOKEN,
    LOG_LEVEL: "fatal",
  };
  application = await startApplication(parseEnvironment(variables), (reason) => {
    throw new Error(reason);
  });
  url = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await application.stop();
  rmSync(dataDir, { recursive: true });
});
beforeEach(async () => {
  count += 1;
  gatewayId = `gw:${count}`;
  await requestTo(url, "POST", "/v1/gateways", { body: { gatewayId } });
});

const twin = (options?: RequestOptions, query = "") =>
  requestTo(url, "GET", `/v1/gateways/${gatewayId}/twin${query}`, options);
const desired = (
  method: string,
  body: unknown,
  headers: Record<string, string> = {},
  query = "",
): Promise<Answer> =>
  requestTo(url, method, `/v1/gateways/${gatewayId}/twin/desired${query}`, { body, headers });
const stateOf = async () => (await twin()).body.desired;

describe("a twin over REST", () => {
  test("exists as soon as its gateway does", async () => {
    const answer = await twin();
    expect(answer).toMatchObject({ status: 200, body: { gatewayId, version: 0, delta: {}, inSync: true } });
    expect(answer.headers.get("etag")).toBe('"0"');
  });

  test("goes with its gateway, also for those who read it a moment ago, and is another one with the next", async () => {
    await desired("PATCH", { a: 1 });
    await twin();
    await requestTo(url, "DELETE", `/v1/gateways/${gatewayId}`);
    expect([reasonOf(await twin()), reasonOf(await desired("PATCH", { b: 1 }))]).toEqual([
      "GATEWAY_NOT_FOUND",
      "GATEWAY_NOT_FOUND",
    ]);
    const { body } = await requestTo(url, "POST", "/v1/gateways", { body: { gatewayId } });
    expect((await twin()).body).toMatchObject({ version: 0, createTime: body.createTime });
  });

  test("is changed by a merge patch, also as plain JSON", async () => {
    const first = await desired(
      "PATCH",
      { a: { b: 1 }, c: 2 },
      { "content-type": "application/merge-patch+json" },
    );
    expect(first).toMatchObject({ status: 200, body: { version: 1, inSync: false } });
    expect(first.headers.get("etag")).toBe('"1"');
    expect((await desired("PATCH", { c: null })).body).toMatchObject({
      version: 2,
      desired: { state: { a: { b: 1 } } },
    });
  });

  test("is changed by a JSON Patch", async () => {
    const headers = { "content-type": "application/json-patch+json" };
    const answer = await desired("PATCH", [{ op: "add", path: "/a", value: [1] }], headers);
    expect(answer.body).toMatchObject({ version: 1, desired: { state: { a: [1] } } });
    expect(reasonOf(await desired("PATCH", [{ op: "remove", path: "/none" }], headers))).toBe(
      "INVALID_PATCH",
    );
    expect(reasonOf(await desired("PATCH", { a: 1 }, headers))).toBe("INVALID_PATCH");
  });

  test("is replaced by PUT", async () => {
    await desired("PATCH", { a: 1 });
    const answer = await desired("PUT", { b: 2 }, {}, "?reason=repair");
    expect(answer.body).toMatchObject({ version: 2, desired: { state: { b: 2 } } });
  });

  test("has times and sources of its leaves when asked for", async () => {
    await desired("PATCH", { a: { b: 1 } });
    const { body } = await twin({}, "?view=FULL");
    expect(body.desired).toMatchObject({ metadata: { a: { b: expect.stringMatching(/Z$/) } } });
    expect(body.desired).toMatchObject({ sources: { a: { b: "gateway" } } });
    expect(body.reported).not.toHaveProperty("sources");
    const basic = (await twin()).body.desired;
    expect(basic).not.toHaveProperty("metadata");
    expect(basic).not.toHaveProperty("sources");
    expect(fieldsOf(await twin({}, "?view=ALL"))).toEqual(["view"]);
  });

  test("takes body members of any name, also those of parameters", async () => {
    const body = { gatewayId: "x", by: "y", expectedVersion: 9, requestId: "z" };
    expect((await desired("PATCH", body)).body).toMatchObject({ gatewayId, desired: { state: body } });
  });
});

describe("versions", () => {
  test("protect from changes that were not seen", async () => {
    await desired("PATCH", { a: 1 });
    expect((await desired("PATCH", { a: 2 }, { "if-match": '"1"' })).body.version).toBe(2);
    const late = await desired("PATCH", { a: 3 }, { "if-match": '"1"' });
    expect(late).toMatchObject({ status: 412, body: { error: { status: "FAILED_PRECONDITION" } } });
    expect(reasonOf(late)).toBe("VERSION_MISMATCH");
    expect(late.body.error?.details[0]?.metadata).toMatchObject({
      currentVersion: "2",
      expectedVersion: "1",
    });
    expect((await desired("PUT", { a: 4 }, { "if-match": "*" })).status).toBe(200);
    for (const header of ['W/"3"', "3", '"3", "4"']) {
      const answer = await desired("PUT", { a: 5 }, { "if-match": header });
      expect(fieldsOf(answer)).toEqual(["If-Match"]);
    }
    expect(await stateOf()).toMatchObject({ state: { a: 4 } });
  });

  test("spare reading what is known", async () => {
    await desired("PATCH", { a: 1 });
    for (const header of ['"1"', '"0", "1"', 'W/"1"', "*"]) {
      const answer = await twin({ headers: { "if-none-match": header } });
      expect(answer).toMatchObject({ status: 304, body: {} });
      expect(answer.headers.get("etag")).toBe('"1"');
    }
    expect((await twin({ headers: { "if-none-match": '"0"' } })).status).toBe(200);
  });
});

describe("a change", () => {
  test("with an Idempotency-Key is made once", async () => {
    const headers = { "content-type": "application/json-patch+json", "idempotency-key": `key-${gatewayId}` };
    await desired("PUT", { list: [] });
    const patch = [{ op: "add", path: "/list/-", value: 1 }];
    const answers = [await desired("PATCH", patch, headers), await desired("PATCH", patch, headers)];
    expect(answers.map((answer) => answer.headers.get("etag"))).toEqual(['"2"', '"2"']);
    expect(await stateOf()).toMatchObject({ state: { list: [1] } });
  });

  test("is not taken for another one with the same X-Request-Id", async () => {
    const headers = { "x-request-id": "one-click" };
    for (const a of [1, 2, 1]) await desired("PATCH", { a }, headers);
    expect(await stateOf()).toMatchObject({ state: { a: 1 }, version: 3 });
  });

  test.each<[reason: string, type: string, body: unknown]>([
    ["NOT_AN_OBJECT", "application/json", []],
    ["NOT_AN_OBJECT", "application/merge-patch+json", "1"],
    ["NOT_AN_OBJECT", "application/json", "null"],
    ["INVALID_ARGUMENT", "application/json", ""],
    ["MALFORMED_JSON", "application/merge-patch+json", "{"],
    ["SECTION_TOO_LARGE", "application/json", { a: "x".repeat(70_000) }],
    ["KEY_NOT_ALLOWED", "application/json", '{"__proto__":1}'],
    ["TOO_DEEP", "application/json", `${'{"a":'.repeat(20)}1${"}".repeat(20)}`],
    ["TOO_DEEP", "application/json-patch+json", "[".repeat(100_000) + "]".repeat(100_000)],
  ])("is refused: %s of %s", async (reason, type, body) => {
    expect(reasonOf(await desired("PATCH", body, { "content-type": type }))).toBe(reason);
    expect(await stateOf()).toMatchObject({ version: 0 });
  });

  test("of another content type is refused with those that are possible", async () => {
    const answer = await desired("PATCH", {}, { "content-type": "text/plain" });
    expect(answer.status).toBe(415);
    expect(answer.headers.get("accept-patch")).toBe(
      "application/merge-patch+json, application/json, application/json-patch+json",
    );
  });

  test("with a query that is not known is refused", async () => {
    expect(fieldsOf(await desired("PATCH", {}, {}, "?expectedVersion=1"))).toEqual(["expectedVersion"]);
    expect(fieldsOf(await desired("PUT", {}, {}, "?patch=1"))).toEqual(["patch"]);
  });

  test("of a gateway that does not exist is refused", async () => {
    await requestTo(url, "DELETE", `/v1/gateways/${gatewayId}`);
    expect(reasonOf(await desired("PATCH", {}))).toBe("GATEWAY_NOT_FOUND");
    expect(reasonOf(await twin())).toBe("GATEWAY_NOT_FOUND");
  });
});

test("a gateway that is made again has a new twin", async () => {
  await desired("PATCH", { a: 1 });
  expect((await requestTo(url, "DELETE", `/v1/gateways/${gatewayId}`)).status).toBe(204);
  await requestTo(url, "POST", "/v1/gateways", { body: { gatewayId } });
  expect((await twin()).body).toMatchObject({ version: 0, desired: { state: {} } });
});
