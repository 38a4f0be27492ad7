import { beforeEach, expect, test } from "vitest";
import { DomainError } from "../actors/contracts/errors.ts";
import type { Outcome } from "../actors/runtime/actor.ts";
import { partitionOf } from "../actors/runtime/partition-map.ts";
import { Routes } from "../actors/runtime/routes.ts";
import { ActorRouter } from "./actor-router.ts";

type Entry = { readonly actorId: string };
const PARTITIONS = 8;
let routes: Routes;
let router: ActorRouter;
let calls: [nodeId: string, entries: number][];

beforeEach(() => {
  calls = [];
  routes = new Routes();
  router = new ActorRouter({ type: "twin", partitionCount: PARTITIONS, routes, refresh: async () => {} });
  for (let partition = 0; partition < PARTITIONS; partition += 1)
    routes.learn("twin", partition, { owner: partition % 2 === 0 ? "even" : "odd", epoch: 1 });
});

const entriesOf = (count: number): Entry[] =>
  Array.from({ length: count }, (_, n) => ({ actorId: `gw-${n}` }));
const reply = ({ actorId }: Entry): Outcome<string> => ({ ok: true, reply: actorId });
const refuse = (entry: Entry): Outcome<string> => {
  const data = { type: "twin", partition: partitionOf(entry.actorId, PARTITIONS) };
  return { ok: false, error: new DomainError("NOT_OWNER", data).toValue() };
};

/** All of them, in order, each once. */
function expectAll(outcomes: readonly Outcome<string>[], entries: readonly Entry[]): void {
  expect(outcomes).toEqual(entries.map(reply));
}

test("each owner gets its own, at most 256 in a call, and the order stays", async () => {
  const entries = entriesOf(1000);
  const outcomes = await router.askMany(entries, async (nodeId, group) => {
    calls.push([nodeId, group.length]);
    for (const { actorId } of group) expect(router.ownerOf(actorId)).toBe(nodeId);
    return group.map(reply);
  });
  expectAll(outcomes, entries);
  expect(calls.length).toBeLessThanOrEqual(6);
  expect(Math.max(...calls.map(([, count]) => count))).toBeLessThanOrEqual(256);
});

test("only what failed is asked again, also when a whole node fails", async () => {
  const entries = entriesOf(100);
  const done = new Set<string>();
  let isFirst = true;
  const outcomes = await router.askMany(entries, async (nodeId, group) => {
    if (nodeId === "odd") {
      for (let n = 1; n < PARTITIONS; n += 2) routes.learn("twin", n, { owner: "even", epoch: 2 });
      throw new DomainError("SHUTTING_DOWN");
    }
    const answers = group.map((entry, at) => (isFirst && at % 3 === 0 ? refuse(entry) : reply(entry)));
    isFirst = false;
    for (const [at, answer] of answers.entries()) {
      const id = group[at]?.actorId ?? "";
      expect(done.has(id)).toBe(false);
      if (answer.ok) done.add(id);
    }
    return answers;
  });
  expectAll(outcomes, entries);
});

test("who answers only the first few is asked for the rest, without a pause", async () => {
  const entries = entriesOf(100);
  const started = performance.now();
  const outcomes = await router.askMany(entries, async (nodeId, group) => {
    calls.push([nodeId, group.length]);
    return group.slice(0, 3).map(reply);
  });
  expectAll(outcomes, entries);
  expect(calls.length).toBeGreaterThan(30);
  expect(performance.now() - started).toBeLessThan(300);
});

test("who answers nothing is not asked round and round", async () => {
  const outcomes = await router.askMany(
    entriesOf(1),
    async (nodeId, group) => {
      calls.push([nodeId, group.length]);
      return [];
    },
    60,
  );
  expect(outcomes).toMatchObject([{ ok: false, error: { type: "SERVICE_UNAVAILABLE" } }]);
  expect(calls.length).toBeLessThan(6);
});

test("an error that nobody foresaw fails all of it", async () => {
  await expect(router.askMany(entriesOf(3), () => Promise.reject(new TypeError("x")))).rejects.toThrow("x");
});
