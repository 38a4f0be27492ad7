import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { KnownGateways } from "./known-gateways.ts";
import { BRIDGE_SETTINGS } from "./settings.ts";

type Lookup = { readonly gatewayId: string } & PromiseWithResolvers<boolean>;

function setUp(settings: Partial<typeof BRIDGE_SETTINGS> = {}) {
  const lookups: Lookup[] = [];
  const told: string[] = [];
  const failures: unknown[] = [];
  const gateways = new KnownGateways({
    settings: { ...BRIDGE_SETTINGS, ...settings },
    clock: Date.now,
    exists: (gatewayId) => {
      const lookup = { gatewayId, ...Promise.withResolvers<boolean>() };
      lookups.push(lookup);
      return lookup.promise;
    },
    onFailed: (error) => failures.push(error),
  });
  const ask = (gatewayId: string, text: string, isDropped = () => false) =>
    gateways.ask(gatewayId, {
      get isDropped() {
        return isDropped();
      },
      told: (exists) => told.push(`${text} ${exists}`),
    });
  const answer = async (at: number, exists: boolean) => {
    lookups[at]?.resolve(exists);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { gateways, lookups, told, failures, ask, answer };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("asks once, tells all in their order, and remembers", async () => {
  const { lookups, told, ask, answer } = setUp();
  ask("a", "a1");
  ask("b", "b1");
  ask("a", "a2");
  await answer(0, true);
  ask("a", "a3");
  expect(told).toEqual(["a1 true", "a2 true", "a3 true"]);
  await answer(1, false);
  ask("b", "b2");
  expect([told.slice(3), lookups.length]).toEqual([["b1 false", "b2 false"], 2]);
});

test("that there is no such gateway is soon asked again", async () => {
  const { lookups, ask, answer } = setUp({ unknownTtlMs: 2000, knownTtlMs: 60_000 });
  ask("a", "a1");
  ask("b", "b1");
  await answer(0, false);
  await answer(1, true);
  await vi.advanceTimersByTimeAsync(2001);
  ask("a", "a2");
  ask("b", "b2");
  expect(lookups.map(({ gatewayId }) => gatewayId)).toEqual(["a", "b", "a"]);
});

test("what was forgotten meanwhile does not count", async () => {
  const { gateways, lookups, told, ask, answer } = setUp();
  ask("a", "a1");
  gateways.forget("a");
  await answer(0, true);
  expect([told, lookups.length]).toEqual([[], 2]);
  await answer(1, false);
  expect(told).toEqual(["a1 false"]);
});

test("asks again until there is an answer, unless nobody waits for it", async () => {
  const { lookups, told, failures, ask, answer } = setUp({ lookupRetryMs: 500 });
  let isGone = false;
  ask("a", "a1");
  ask("a", "a2", () => isGone);
  ask("b", "b1", () => isGone);
  for (const { reject } of lookups) reject(new Error("no answer"));
  isGone = true;
  await vi.advanceTimersByTimeAsync(501);
  expect([failures.length, lookups.map(({ gatewayId }) => gatewayId)]).toEqual([2, ["a", "b", "a"]]);
  await answer(2, true);
  expect(told).toEqual(["a1 true"]);
});

test("has few lookups at once", async () => {
  const { lookups, ask, answer } = setUp({ lookupsAtOnce: 2 });
  for (const id of ["a", "b", "c"]) ask(id, id);
  expect(lookups).toHaveLength(2);
  await answer(0, true);
  expect(lookups).toHaveLength(3);
});
