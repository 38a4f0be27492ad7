import { setTimeout as delay } from "node:timers/promises";
import type { ServiceSchema } from "moleculer";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { DomainError } from "../../actors/contracts/errors.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { freshDatabase } from "../helpers/servers.ts";
import { type ApiNode, type Done, startApiNode } from "./api-nodes.ts";
import { reasonOf, requestTo } from "./rest-harness.ts";

const LEASE_MS = 600;
const DUPLICATES = 100;

type Place = { readonly place: string; readonly remove: () => Promise<void> };

const PLACES: readonly (readonly [string, () => Promise<Place>])[] = [
  ["SQLite", () => temporaryDirectory().then(({ path, remove }) => ({ place: path, remove }))],
  ["MariaDB", () => freshDatabase().then(({ url, drop }) => ({ place: url, remove: drop }))],
];

describe.each(PLACES)("one Idempotency-Key on two nodes, with %s", (_, create) => {
  let place: Place;
  let nodes: ApiNode[];
  let late: ApiNode | undefined;
  let fail: (() => Promise<unknown>) | undefined;
  const done: Done[] = [];
  const twins: ServiceSchema = {
    name: "twins",
    actions: {
      remove: () => null,
      /** Longer than a claim lasts that nobody renews. */
      updateDesired: async () => {
        if (fail) return fail();
        await delay(2 * LEASE_MS);
        return { version: done.length };
      },
    },
  };
  const start = (api?: Parameters<typeof startApiNode>[0]["api"]) =>
    startApiNode({ place: place.place, done, leaseMs: LEASE_MS, services: [twins], ...(api && { api }) });

  beforeAll(async () => {
    place = await create();
    const first = await start();
    nodes = [first, await start()];
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await place.remove();
  });
  afterEach(async () => {
    fail = undefined;
    done.length = 0;
    await late?.stop();
    late = undefined;
  });

  const send = (node: ApiNode | undefined, key: string, method: string, path: string, body?: unknown) =>
    requestTo(node?.url ?? "", method, path, { body, token: "one", headers: { "idempotency-key": key } });

  test.each([
    ["POST", "/v1/gateways", { displayName: "One" }, "gateways.create", 201],
    ["POST", "/v1/gateways", { gatewayId: "gw-1" }, "gateways.create", 201],
    ["POST", "/v1/gateways", { gatewayId: "gw-1" }, "gateways.create", 409],
    ["POST", "/v1/gateways:batchCreate", { requests: [{}, {}] }, "gateways.batchCreate", 200],
    ["PATCH", "/v1/gateways/gw-1", { labels: { a: "b" } }, "gateways.update", 200],
    ["POST", "/v1/gateways/gw-1:rotateCredentials", undefined, "gateways.rotateCredentials", 200],
    ["PATCH", "/v1/gateways/gw-1/twin/desired", { a: 1 }, "twins.updateDesired", 200],
    ["DELETE", "/v1/gateways/gw-1", undefined, "gateways.delete", 204],
  ])("%s %s %o: once, with one answer for all", async (method, path, body, action, status) => {
    const key = `${method} ${path} ${status} ${JSON.stringify(body)}`;
    const duplicates = Array.from({ length: DUPLICATES }, (_, index) => nodes[index % 2]);
    const answers = await Promise.all(duplicates.map((node) => send(node, key, method, path, body)));
    const texts = answers.map(({ status, body }) => JSON.stringify([status, body]));
    expect(new Set(texts).size).toBe(1);
    expect(answers[0]?.status).toBe(status);
    expect(done.filter((each) => each.action === action)).toHaveLength(1);
  });

  test("a key in use is refused for another request, and a node that dies with it is waited for", async () => {
    const path = "/v1/gateways/gw-2/twin/desired";
    // All that comes after the action itself is lost.
    late = await start(({ store }) => ({
      store: { ...store, renew: async () => undefined, keep: () => Promise.reject(new Error("dead")) },
    }));
    const began = performance.now();
    fail = async () => ({ version: 1 });
    expect((await send(late, "dies", "PATCH", path, { a: 1 })).status).toBe(500);
    expect(reasonOf(await send(nodes[0], "dies", "PATCH", path, { a: 2 }))).toBe("IDEMPOTENCY_KEY_REUSED");
    const again = await Promise.all(nodes.map((node) => send(node, "dies", "PATCH", path, { a: 1 })));
    expect(again.map(({ status }) => status)).toEqual([200, 200]);
    expect(performance.now() - began).toBeGreaterThan(LEASE_MS - 50);
    // Twice, as one: the twin knows the request.
    expect(done).toHaveLength(2);
    expect(done[1]).toEqual(done[0]);
    expect(done[0]?.params).toHaveProperty("requestId");
  });

  test("who waits too long is told to come back", async () => {
    late = await start(() => ({ timeouts: { callMs: 100 } }));
    const path = "/v1/gateways/gw-3/twin/desired";
    const first = send(nodes[0], "slow", "PATCH", path, { a: 1 });
    await expect.poll(() => done.length).toBe(1);
    const second = await send(late, "slow", "PATCH", path, { a: 1 });
    expect([second.status, reasonOf(second)]).toEqual([409, "IDEMPOTENCY_KEY_IN_USE"]);
    expect(second.headers.get("retry-after")).toBe("1");
    expect((await first).status).toBe(200);
    expect((await send(late, "slow", "PATCH", path, { a: 1 })).body).toEqual((await first).body);
    expect(done).toHaveLength(1);
  });

  test("what failed for now is tried again at once, on any node", async () => {
    const path = "/v1/gateways/gw-4/twin/desired";
    fail = () => Promise.reject(new DomainError("OVERLOADED"));
    expect((await send(nodes[0], "fails", "PATCH", path, { a: 1 })).status).toBe(503);
    fail = async () => ({ version: 1 });
    expect((await send(nodes[1], "fails", "PATCH", path, { a: 1 })).status).toBe(200);
    expect(done).toHaveLength(2);
  });
});
