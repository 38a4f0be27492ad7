import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Params } from "../../actors/contracts/contract.ts";
import { DomainError } from "../../actors/contracts/errors.ts";
import type { JsonObject } from "../../actors/contracts/json.ts";
import { DEFAULT_LIMITS } from "../../actors/contracts/limits.ts";
import { isChosen } from "../../actors/profiles/choice.ts";
import { twinActor } from "../../actors/twin/twin.ts";
import { call } from "../../mixins/bridge.ts";
import { DATABASES, type OpenedDatabase } from "../helpers/databases.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { expectPresentLayers, type Profiles, rest, startProfiles } from "./config-profiles-harness.ts";

let database: OpenedDatabase;
let profiles: Profiles;

type Settings = Omit<Params<"config-profiles.update">, "configProfileId">;
const create = (configProfileId: string, more: Settings = {}) =>
  call(profiles.broker, "config-profiles.create", { configProfileId, desired: { a: 1 }, ...more });
const update = (configProfileId: string, change: Settings) =>
  call(profiles.broker, "config-profiles.update", { configProfileId, ...change });
const remove = (configProfileId: string) =>
  call(profiles.broker, "config-profiles.delete", { configProfileId });
const metricsOf = async (configProfileId: string) =>
  (await call(profiles.broker, "config-profiles.get", { configProfileId })).metrics;
const register = (gatewayId: string, site = "a") =>
  call(profiles.broker, "gateways.create", { gatewayId, labels: { site } });
const registerMany = async (count: number) => {
  const ids = Array.from({ length: count }, (_, n) => `gw-${String(n).padStart(3, "0")}`);
  const requests = ids.map((gatewayId) => ({ gatewayId }));
  await call(profiles.broker, "gateways.batchCreate", { requests });
  await rest(profiles);
  return ids;
};
const report = (gatewayId: string, patch: JsonObject) =>
  profiles.twins.run(gatewayId, { name: "reportState", params: { patch } });

/** Holds the n-th call from now on to lay layers, until it is released. */
function holdCall(n: number) {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let calls = 0;
  const others = profiles.twins.beforeLaying;
  profiles.twins.beforeLaying = async () => {
    await others();
    calls += 1;
    if (calls !== n) return;
    reached.resolve();
    await released.promise;
  };
  return { reached: reached.promise, release: released.resolve, fail: released.reject };
}

describe.each(DATABASES)("the work on profiles on %s", (_driver, open) => {
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    profiles = await startProfiles(database);
  });
  afterEach(() => profiles.stop());

  test("brings a profile to its gateways, changes it there and takes it away", async () => {
    await registerMany(20);
    await register("other", "b");
    await create("p", { gatewayFilter: "NOT labels.site = b" });
    await rest(profiles);
    expect(profiles.twins.desired("gw-007")).toEqual({ a: 1 });
    expect(profiles.twins.desired("other")).toEqual({});
    expect(await metricsOf("p")).toEqual({ targeted: 20, applied: 20, converged: 0, failed: 0 });
    await update("p", { desired: { b: 2 } });
    await rest(profiles);
    expect(profiles.twins.desired("gw-007")).toEqual({ b: 2 });
    await expectPresentLayers(profiles);
    await remove("p");
    await rest(profiles);
    expect(profiles.twins.desired("gw-007")).toEqual({});
    await expectPresentLayers(profiles);
  });

  test("asks twins for nothing when nothing is to be changed", async () => {
    await registerMany(20);
    await create("p", { percent: 50 });
    await rest(profiles);
    const laid = profiles.twins.laid.length;
    await update("p", { percent: 60 });
    await rest(profiles);
    const more = profiles.twins.laid.slice(laid).map(({ gatewayId }) => gatewayId);
    expect(more.every((id) => isChosen("p", id, 60) && !isChosen("p", id, 50))).toBe(true);
    await expectPresentLayers(profiles);
  });

  test("follows gateways that are created, labelled anew, deleted, and created again", async () => {
    await create("p", { gatewayFilter: "labels.site = a" });
    await rest(profiles);
    await register("gw-1");
    await register("gw-2", "b");
    await rest(profiles);
    await expectPresentLayers(profiles);
    await call(profiles.broker, "gateways.update", { gatewayId: "gw-1", labels: { site: "b" } });
    await call(profiles.broker, "gateways.update", { gatewayId: "gw-2", labels: { site: "a" } });
    await rest(profiles);
    expect(profiles.twins.layers("gw-1")).toEqual([]);
    await expectPresentLayers(profiles);
    await call(profiles.broker, "gateways.delete", { gatewayId: "gw-2" });
    await rest(profiles);
    expect(await metricsOf("p")).toMatchObject({ targeted: 0 });
    await register("gw-2");
    await rest(profiles);
    report("gw-2", { a: 1 });
    await rest(profiles);
    expect(await metricsOf("p")).toEqual({ targeted: 1, applied: 1, converged: 1, failed: 0 });
  });

  test("takes a gateway that is created again for another one", async () => {
    await create("p");
    await register("gw-1");
    await rest(profiles);
    for (const a of [1, 5, 1, 5]) report("gw-1", { a });
    await rest(profiles);
    await call(profiles.broker, "gateways.delete", { gatewayId: "gw-1" });
    await register("gw-1");
    await rest(profiles);
    await expectPresentLayers(profiles);
    report("gw-1", { a: 1 });
    await rest(profiles);
    expect(await metricsOf("p")).toMatchObject({ applied: 1, converged: 1 });
  });

  test("counts who is in sync, and who refused or did not answer", async () => {
    const [first = "", second = "", third = ""] = await registerMany(4);
    await create("p");
    await rest(profiles);
    for (const a of [1, 2]) report(first, { a });
    const older = profiles.waiting.slice(-1);
    report(first, { a: 1 });
    report(second, { a: { value: 5, code: 400, version: 1, text: "no" } });
    await rest(profiles);
    const failed = { type: "config.failed", reason: "NO_RESPONSE", desiredVersion: 1, attempts: 5 };
    const changes = [first, third].map((actorId) => ({ actorId, time: 1, events: [failed] }));
    profiles.waiting.push({ type: "config", partition: 0, pos: 1, epoch: 1, changes });
    await rest(profiles);
    profiles.waiting.push(...older);
    await rest(profiles);
    expect(await metricsOf("p")).toEqual({ targeted: 4, applied: 4, converged: 1, failed: 2 });
    report(third, { a: 1 });
    await rest(profiles);
    expect(await metricsOf("p")).toEqual({ targeted: 4, applied: 4, converged: 2, failed: 1 });
  });

  test("a twin that refuses keeps what it had; it is asked again with the next sweep", async () => {
    await registerMany(3);
    await create("p");
    await rest(profiles);
    profiles.twins.actor = twinActor({ limits: { ...DEFAULT_LIMITS, sectionBytes: 40 } });
    await update("p", { desired: { a: "x".repeat(60) } });
    await rest(profiles);
    expect(profiles.twins.desired("gw-001")).toEqual({ a: 1 });
    expect(await metricsOf("p")).toEqual({ targeted: 3, applied: 0, converged: 0, failed: 3 });
    profiles.twins.actor = twinActor({ limits: DEFAULT_LIMITS });
    await create("other", { percent: 0 });
    await rest(profiles);
    await expectPresentLayers(profiles);
  });

  test("goes on while twins cannot be asked, until they can", async () => {
    await registerMany(20);
    let failures = 0;
    profiles.twins.beforeLaying = async () => {
      failures += 1;
      if (failures < 4) throw new DomainError("STORE_UNAVAILABLE", { problem: "away" });
    };
    await create("p");
    await rest(profiles);
    expect(failures).toBeGreaterThan(3);
    await expectPresentLayers(profiles);
  });

  test("whoever takes over goes on where the other stopped", async () => {
    await registerMany(70);
    const fifth = holdCall(5);
    await create("p");
    await fifth.reached;
    profiles.holder().drop(0);
    profiles.twins.laid.splice(0);
    await profiles.adopt();
    await rest(profiles);
    expect(profiles.twins.laid.map(({ gatewayId }) => gatewayId)).not.toContain("gw-010");
    fifth.release();
    await rest(profiles);
    await expectPresentLayers(profiles);
  });

  test("what a worker lays that was replaced meanwhile is put right", async () => {
    await register("gw-1");
    const first = holdCall(1);
    await create("p");
    await first.reached;
    profiles.holder().drop(0);
    await profiles.adopt();
    await update("p", { desired: { b: 2 } });
    await rest(profiles);
    expect(profiles.twins.desired("gw-1")).toEqual({ b: 2 });
    const { length } = profiles.twins.laid;
    first.release();
    await waitFor("the first worker's call", () => profiles.twins.laid.length > length);
    expect(profiles.twins.desired("gw-1")).toEqual({ a: 1 });
    await rest(profiles);
    expect(profiles.twins.desired("gw-1")).toEqual({ b: 2 });
    await expectPresentLayers(profiles);
  });

  test("a worker that was replaced moves nobody on who sweeps anew", async () => {
    await registerMany(30);
    const [old, present] = [holdCall(4), holdCall(8)];
    await create("p");
    await old.reached;
    const gone = profiles.holder().surrender(0);
    await profiles.adopt();
    await waitFor("the second worker", () => profiles.twins.laid.length === 30);
    await update("p", { desired: { b: 2 } });
    await present.reached;
    old.release();
    await gone;
    // It looks where it is when it tries again.
    present.fail(new DomainError("OVERLOADED"));
    await rest(profiles);
    await expectPresentLayers(profiles);
  });

  test("a gateway that is labelled anew while it gets its layers is looked at again", async () => {
    await register("gw-1", "b");
    await create("p", { gatewayFilter: "labels.site = a" });
    await rest(profiles);
    const relabel = async (site: string) => {
      await call(profiles.broker, "gateways.update", { gatewayId: "gw-1", labels: { site } });
      await waitFor("the event", () => profiles.waiting.length > 0);
      await profiles.deliver();
    };
    const laying = holdCall(1);
    await relabel("a");
    await laying.reached;
    await relabel("b");
    laying.release();
    await rest(profiles);
    await expectPresentLayers(profiles);
  });

  test("what no hint told of is found by the sweep that comes now and then", async () => {
    await profiles.stop();
    profiles = await startProfiles(database, { repairEveryMs: 100 });
    await register("gw-1");
    await create("p", { gatewayFilter: "labels.site = a" });
    await rest(profiles);
    await call(profiles.broker, "gateways.update", { gatewayId: "gw-1", labels: { site: "b" } });
    await waitFor("the lost hint", () => profiles.waiting.splice(0).length > 0);
    profiles.time.now += 200;
    await waitFor("the sweep", () => profiles.twins.layers("gw-1").length === 0);
    await rest(profiles);
    await expectPresentLayers(profiles);
  });
});
