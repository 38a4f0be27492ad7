import fc from "fast-check";
import { Errors } from "moleculer";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DomainError, type ErrorData, type ErrorType } from "../actors/contracts/errors.ts";
import type { Outcome } from "../actors/runtime/actor.ts";
import { Routes } from "../actors/runtime/routes.ts";
import { ActorRouter } from "./actor-router.ts";

const TYPE = "twin";
let routes: Routes;
let router: ActorRouter;
let refreshes: number;

beforeEach(() => {
  vi.useFakeTimers();
  routes = new Routes();
  refreshes = 0;
  const refresh = async () => {
    refreshes += 1;
  };
  router = new ActorRouter({ type: TYPE, partitionCount: 1, routes, refresh });
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const own = (owner: string | null, epoch: number) => routes.learn(TYPE, 0, { owner, epoch });
const ok = (reply: string): Outcome<string> => ({ ok: true, reply });
const refused = (type: ErrorType, data: ErrorData = {}): Outcome<string> => ({
  ok: false,
  error: new DomainError(type, data).toValue(),
});
const notOwner = (data: ErrorData = {}) => refused("NOT_OWNER", { type: TYPE, partition: 0, ...data });
const timedOut = () => new Errors.RequestTimeoutError({ action: "twins.ask", nodeID: "a" });
const errorType = (outcome: Outcome<unknown>) => (outcome.ok ? "none" : outcome.error.type);

test("the owner is asked, with what is left of the time but at most 3 s", async () => {
  own("a", 1);
  const tries: unknown[] = [];
  const attempt = async (...given: unknown[]) => {
    tries.push(given);
    return ok("done");
  };
  expect(await router.ask("gw-1", attempt)).toEqual(ok("done"));
  expect(await router.ask("gw-1", attempt, 500)).toEqual(ok("done"));
  expect(tries).toEqual([
    ["a", 3000],
    ["a", 500],
  ]);
  expect(refreshes).toBe(0);
});

test("who is not the owner tells who is, and that one is asked without a pause", async () => {
  own("a", 1);
  const asked: string[] = [];
  const outcome = await router.ask("gw-1", async (nodeId) => {
    asked.push(nodeId);
    return nodeId === "a" ? notOwner({ owner: "b", epoch: 2 }) : ok("from b");
  });
  expect(outcome).toEqual(ok("from b"));
  expect(asked).toEqual(["a", "b"]);
  expect(refreshes).toBe(0);
});

test("an answer that speaks of an older epoch does not send the caller in a circle", async () => {
  own("b", 5);
  let tries = 0;
  const attempt = async () => {
    tries += 1;
    return notOwner({ owner: "a", epoch: 4 });
  };
  const outcome = router.ask("gw-1", attempt, 1000);
  await vi.advanceTimersByTimeAsync(1000);
  expect(errorType(await outcome)).toBe("NOT_OWNER");
  expect(tries).toBeLessThan(12);
});

test.each([
  ["no owner is known", () => undefined],
  ["the owner is gone for Moleculer", () => new Errors.ServiceNotFoundError({ action: "twins.ask" })],
  ["the owner went away under the call", () => new Errors.RequestRejectedError({ action: "x", nodeID: "a" })],
  [
    "the connection broke",
    () => Object.assign(new Error("DISCONNECT"), { name: "NatsError", code: "DISCONNECT" }),
  ],
  ["the owner is being stopped", () => new DomainError("SHUTTING_DOWN")],
])("when %s, the next owner is asked the moment it is known", async (_, failure) => {
  const error = failure();
  if (error) own("a", 1);
  const asked: string[] = [];
  const outcome = router.ask("gw-1", async (nodeId) => {
    asked.push(nodeId);
    if (error && nodeId === "a") throw error;
    return ok(nodeId);
  });
  // long enough for the pauses to have grown to their longest
  await vi.advanceTimersByTimeAsync(2000);
  asked.length = 0;
  own("b", 2);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual(["b"]);
  expect(await outcome).toEqual(ok("b"));
});

test("a node that does not answer is given up after 3 s", async () => {
  own("a", 1);
  const outcome = router.ask("gw-1", (nodeId) =>
    nodeId === "a" ? new Promise(() => {}) : Promise.resolve(ok(nodeId)),
  );
  await vi.advanceTimersByTimeAsync(2999);
  own("b", 2);
  await vi.advanceTimersByTimeAsync(1);
  expect(await outcome).toEqual(ok("b"));
});

test("many callers share the refreshing", async () => {
  const outcomes = Array.from({ length: 100 }, () => router.ask("gw-1", async () => ok("done")));
  await vi.advanceTimersByTimeAsync(300);
  expect(refreshes).toBeGreaterThan(1);
  expect(refreshes).toBeLessThanOrEqual(7);
  own("a", 1);
  expect(await Promise.all(outcomes)).toEqual(outcomes.map(() => ok("done")));
});

test.each<[string, () => Promise<Outcome<string>>, ErrorType]>([
  ["nobody owned it", async () => ok("never"), "SERVICE_UNAVAILABLE"],
  ["it was refused as not owned", async () => notOwner(), "NOT_OWNER"],
  ["a call timed out", () => Promise.reject(timedOut()), "DEADLINE_EXCEEDED"],
])("at the deadline, when %s, the error tells whether it may have been done", async (what, attempt, type) => {
  if (what !== "nobody owned it") own("a", 1);
  const outcome = router.ask("gw-1", attempt, 1000);
  await vi.advanceTimersByTimeAsync(1000);
  expect(errorType(await outcome)).toBe(type);
});

test("one unknown outcome is enough for the error to say so", async () => {
  own("a", 1);
  let tries = 0;
  const outcome = router.ask("gw-1", async () => {
    tries += 1;
    if (tries === 1) throw timedOut();
    return notOwner();
  });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await outcome).toMatchObject({ error: { type: "DEADLINE_EXCEEDED", data: { seconds: 10 } } });
});

test.each<[string, () => Promise<Outcome<string>>]>([
  ["answers", async () => refused("VERSION_MISMATCH")],
  ["throws", () => Promise.reject(new DomainError("VERSION_MISMATCH"))],
  ["refuses because it is overloaded: the caller shall slow down", async () => refused("OVERLOADED")],
])("the actor's own error ends it at once when the node %s", async (_, attempt) => {
  own("a", 1);
  expect(["VERSION_MISMATCH", "OVERLOADED"]).toContain(errorType(await router.ask("gw-1", attempt)));
});

test("what nobody foresaw is thrown", async () => {
  own("a", 1);
  const tooLarge = Object.assign(new Error("too large"), { name: "NatsError", code: "MAX_PAYLOAD_EXCEEDED" });
  await expect(router.ask("gw-1", () => Promise.reject(tooLarge))).rejects.toBe(tooLarge);
  await expect(router.ask("gw-1", () => Promise.reject(new TypeError("x")))).rejects.toThrow(TypeError);
});

/** What may become of a try; each may change who owns the actor. */
const steps = {
  done: async () => [ok("done")],
  refused: async () => [notOwner()],
  refusedWithHint: async (world: World) => [notOwner({ owner: world.nextNode(), epoch: world.epoch })],
  refusedAfterClaim: async (world: World) => {
    world.claim();
    return [notOwner()];
  },
  timeout: () => Promise.reject(timedOut()),
  silence: () => new Promise<never>(() => {}),
  gone: () => Promise.reject(new Errors.ServiceNotFoundError({ action: "x" })),
} satisfies Record<string, (world: World) => Promise<Outcome<string>[]>>;

class World {
  readonly routes = new Routes();
  epoch = 0;

  nextNode(): string {
    this.epoch += 1;
    return `n${this.epoch}`;
  }

  claim(): void {
    this.routes.learn(TYPE, 0, { owner: this.nextNode(), epoch: this.epoch });
  }

  release(): void {
    this.routes.learn(TYPE, 0, { owner: null, epoch: this.epoch });
  }
}

test("whatever happens on the way, it ends by the deadline, having asked the same thing each time", async () => {
  const anyStep = fc.constantFrom(...Object.values(steps));
  const anyChange = fc.record({ at: fc.nat(2500), isClaim: fc.boolean() });
  const law = fc.asyncProperty(fc.array(anyStep), fc.array(anyChange), async (script, changes) => {
    const world = new World();
    world.claim();
    const timers = changes.map(({ at, isClaim }) =>
      setTimeout(() => (isClaim ? world.claim() : world.release()), at),
    );
    router = new ActorRouter({
      type: TYPE,
      partitionCount: 1,
      routes: world.routes,
      refresh: async () => {},
    });
    const request = { actorId: "gw-1", requestId: "r-1" };
    let tries = 0;
    const attempt = (nodeId: string, entries: readonly unknown[]) => {
      expect(nodeId).toBe(world.routes.ownerOf(TYPE, 0));
      expect(entries).toEqual([request]);
      tries += 1;
      return (script[tries - 1] ?? steps.done)(world);
    };
    let outcomes: Outcome<string>[] = [];
    void router.askMany([request], attempt, 2000).then((all) => {
      outcomes = all;
    });
    await vi.advanceTimersByTimeAsync(2002);
    expect(outcomes).toHaveLength(1);
    for (const timer of timers) clearTimeout(timer);
  });
  await fc.assert(law, { numRuns: 300 });
});
