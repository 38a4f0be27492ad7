import { afterAll, beforeAll, expect, test } from "vitest";
import { DomainError } from "../../actors/contracts/errors.ts";
import { type RestHarness, reasonOf, startRest } from "./rest-harness.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

let rest: RestHarness;
let twinsFail = false;
beforeAll(async () => {
  const remove = () => {
    if (twinsFail) throw new DomainError("OVERLOADED");
    return null;
  };
  rest = await startRest([{ name: "twins", actions: { remove } }]);
});
afterAll(() => rest.stop());

const create = (key: string, body: object) =>
  rest.request("POST", "/v1/gateways", { body, headers: { "idempotency-key": key } });

test("a repeated request gets the first one's answer, secret included", async () => {
  const first = await create("key-1", { displayName: "One" });
  expect(first.status).toBe(201);
  const second = await create("key-1", { displayName: "One" });
  expect(second.body).toEqual(first.body);
  expect(second.status).toBe(201);
  expect(second.headers.get("location")).toBe(first.headers.get("location"));
  expect(second.headers.get("x-request-id")).not.toBe(first.headers.get("x-request-id"));
});

test("the secret cannot be read from the database", async () => {
  const { body } = await create("key-2", {});
  const { password } = body.credentials as { password: string };
  const [rows] = await rest.sequelize.query("SELECT * FROM idempotency_keys");
  const texts = rows.flatMap((row) => Object.values(row as object).map(String));
  for (const text of [...texts, ...texts.map((each) => Buffer.from(each, "base64").toString("latin1"))]) {
    expect(text).not.toContain(password);
    expect(text).not.toContain("key-2");
  }
});

test("requests at the same time are one", async () => {
  const answers = await Promise.all([1, 2, 3, 4].map(() => create("key-3", { displayName: "Three" })));
  expect(new Set(answers.map(({ body }) => body.gatewayId)).size).toBe(1);
});

test("the key is refused for another request", async () => {
  await create("key-4", { displayName: "Four" });
  const answer = await create("key-4", { displayName: "Five" });
  expect(answer).toMatchObject({ status: 409, body: { error: { status: "ABORTED" } } });
  expect(reasonOf(answer)).toBe("IDEMPOTENCY_KEY_REUSED");
});

test("a refusal is an answer, too", async () => {
  await create("key-5", { gatewayId: "gw-5" });
  const first = await create("key-6", { gatewayId: "gw-5" });
  expect(first.status).toBe(409);
  await rest.request("DELETE", "/v1/gateways/gw-5");
  expect((await create("key-6", { gatewayId: "gw-5" })).body).toEqual(first.body);
});

test("what failed is tried again", async () => {
  await create("key-7", { gatewayId: "gw-7" });
  const remove = () =>
    rest.request("DELETE", "/v1/gateways/gw-7", { headers: { "idempotency-key": "key-8" } });
  twinsFail = true;
  expect((await remove()).status).toBe(503);
  twinsFail = false;
  expect((await remove()).status).toBe(204);
  expect((await remove()).status).toBe(204);
});

test("an unusable key is refused", async () => {
  const answer = await create("x".repeat(256), {});
  expect(answer.body.error?.details[1]?.fieldViolations?.[0]?.field).toBe("Idempotency-Key");
});

test("reading takes no notice of a key", async () => {
  const read = () =>
    rest.request("GET", "/v1/gateways?pageSize=1", { headers: { "idempotency-key": "key-9" } });
  expect((await read()).status).toBe(200);
  expect(
    (await rest.request("GET", "/v1/gateways", { headers: { "idempotency-key": "key-9" } })).status,
  ).toBe(200);
});

test("answers are kept for a day and then removed", async () => {
  const first = await create("key-10", {});
  rest.time.now += DAY_MS - 1000;
  expect((await create("key-10", {})).body).toEqual(first.body);
  rest.time.now += 2000;
  expect((await create("key-10", {})).body.gatewayId).not.toBe(first.body.gatewayId);
  const [rows] = await rest.sequelize.query("SELECT COUNT(*) AS count FROM idempotency_keys");
  expect(rows).toEqual([{ count: 1 }]);
});
