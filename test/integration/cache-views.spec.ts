import { afterEach, beforeEach, expect, test } from "vitest";
import { LEASE_MS } from "../../actors/runtime/read-leases.ts";
import { freshNamespace, sharedServers } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { allPartitions, type CachedNode, cachedNode, Owners } from "./cache-harness.ts";

let owners: Owners;
let owner: CachedNode;
let reader: CachedNode;

const read = async (id: string) => (await reader.views.read([id])).get(id);

/** Reads until the answer comes from the cache. */
const cached = (id: string) =>
  waitFor(`${id} in the cache`, async () => {
    const loads = owners.loads;
    const version = await read(id);
    return owners.loads === loads && { version };
  });

beforeEach(async () => {
  owners = new Owners();
  const options = { url: sharedServers().redisUrl, namespace: freshNamespace(), owners };
  [owner, reader] = await Promise.all([cachedNode(options), cachedNode(options)]);
  await owners.claim(owner.leases, allPartitions);
});
afterEach(async () => {
  await Promise.all([owner.stop(), reader.stop()]);
});

test("what was read is cached until it changes", async () => {
  expect(await cached("a")).toEqual({ version: 0 });
  await owners.commit("a");
  expect(await read("a")).toBe(1);
  expect(owner.leases.counts).toEqual({ invalidated: 1, unconfirmed: 0 });
});

test("a change of what nobody cached costs nothing", async () => {
  await cached("a");
  const row = { type: "twin", partition: 0, epoch: 1, pos: 1, changes: [{ actorId: "never-read", time: 0 }] };
  expect(allPartitions.map((partition) => owner.leases.changed([{ ...row, partition }]))).toEqual(
    allPartitions.map(() => undefined),
  );
});

test("a reader that was overtaken by a change does not fill the cache with what was", async () => {
  await owners.commit("a");
  await cached("b-so-that-there-are-leases");
  await read("a");
  await owners.commit("a");
  const overtaken = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  owners.onAnswer = async () => {
    asked.resolve();
    await overtaken.promise;
  };
  const old = reader.views.read(["a"]);
  await asked.promise;
  owners.onAnswer = async () => undefined;
  await owners.commit("a");
  overtaken.resolve();
  expect(await old).toEqual(new Map([["a", 2]]));
  for (let tries = 0; tries < 20; tries += 1) expect(await read("a")).toBe(3);
});

test("an owner that alone has lost Redis lets its lease end before it tells of a change", async () => {
  await owners.commit("a");
  await cached("a");
  owner.connection.close();
  const began = performance.now();
  const told = owners.commit("a");
  // Nobody has been told yet: a reader may still see the old version.
  expect(await read("a")).toBe(1);
  await told;
  expect(performance.now() - began).toBeLessThan(LEASE_MS + 500);
  expect(await read("a")).toBe(2);
  const again = performance.now();
  for (let change = 0; change < 20; change += 1) await owners.commit("a");
  expect(performance.now() - again).toBeLessThan(LEASE_MS / 2);
});

test("a new owner ends what the one before it lent, though that one still believes in itself", async () => {
  await owners.commit("a");
  await cached("a");
  await owners.claim(reader.leases, allPartitions);
  await owners.commit("a");
  expect(await read("a")).toBe(2);
  await cached("a");
  await owners.commit("a");
  expect(await read("a")).toBe(3);
});

test("reads at the same time share one load, and none that began before", async () => {
  const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let calls = 0;
  owners.onAnswer = async () => answers[calls++]?.promise;
  const first = Array.from({ length: 10 }, () => read("a"));
  await waitFor("the first load", () => calls === 1);
  await owners.commit("a");
  const second = Array.from({ length: 10 }, () => read("a"));
  answers[0]?.resolve();
  expect(new Set(await Promise.all(first))).toEqual(new Set([0]));
  answers[1]?.resolve();
  expect(new Set(await Promise.all(second))).toEqual(new Set([1]));
  expect(calls).toBe(2);
});
