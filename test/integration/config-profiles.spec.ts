import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Params } from "../../actors/contracts/contract.ts";
import type { JsonObject } from "../../actors/contracts/json.ts";
import { call } from "../../mixins/bridge.ts";
import { DATABASES, type OpenedDatabase } from "../helpers/databases.ts";
import { sectionOf } from "../helpers/twin-builders.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { type Profiles, startProfiles } from "./config-profiles-harness.ts";

let database: OpenedDatabase;
let profiles: Profiles;

const create = (configProfileId: string, more: Partial<Params<"config-profiles.create">> = {}) =>
  call(profiles.broker, "config-profiles.create", { configProfileId, desired: { a: 1 }, ...more });
const update = (configProfileId: string, change: Omit<Params<"config-profiles.update">, "configProfileId">) =>
  call(profiles.broker, "config-profiles.update", { configProfileId, ...change });
const get = (configProfileId: string) => call(profiles.broker, "config-profiles.get", { configProfileId });
const list = (params: Params<"config-profiles.list">) =>
  call(profiles.broker, "config-profiles.list", params);
const gateway = (gatewayId: string, labels: Record<string, string> = {}) =>
  call(profiles.broker, "gateways.create", { gatewayId, labels });
const own = (gatewayId: string, patch: JsonObject) =>
  profiles.twins.run(gatewayId, { name: "updateDesired", params: { by: "ann", patch } });

/** Until all that was told of is done. */
async function rest(): Promise<void> {
  await waitFor("all work on profiles to be done", async () => {
    await profiles.deliver();
    return profiles.isAtRest();
  });
}

describe.each(DATABASES)("configuration profiles on %s", (_driver, open) => {
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    profiles = await startProfiles(database);
  });
  afterEach(() => profiles.stop());

  describe("a profile", () => {
    test("is created with what is given and what is usual, and found", async () => {
      const settings = { displayName: "é 漢", gatewayFilter: "labels.site = a", priority: -7, percent: 10 };
      const created = await create("p-1", { ...settings, desired: { a: { b: null, c: [null] } } });
      const metrics = { targeted: 0, applied: 0, converged: 0, failed: 0 };
      expect(created).toEqual({
        configProfileId: "p-1",
        ...settings,
        desired: { a: { c: [null] } },
        revision: expect.any(Number),
        metrics,
        createTime: "2026-03-01T00:00:00.000Z",
        updateTime: "2026-03-01T00:00:00.000Z",
      });
      expect(await get("p-1")).toEqual(created);
      const made = await call(profiles.broker, "config-profiles.create", { desired: {} });
      expect(made).toMatchObject({ displayName: "", gatewayFilter: "", priority: 0, percent: 100 });
      expect(await get(made.configProfileId)).toEqual(made);
    });

    test("exists once, and is missed when it does not", async () => {
      await create("p-1");
      await expect(create("p-1")).rejects.toMatchObject({ type: "CONFIG_PROFILE_EXISTS" });
      const missing = { type: "CONFIG_PROFILE_NOT_FOUND", data: { configProfileId: "p-2" } };
      await expect(get("p-2")).rejects.toMatchObject(missing);
      await expect(update("p-2", { percent: 1 })).rejects.toMatchObject(missing);
      const remove = call(profiles.broker, "config-profiles.delete", { configProfileId: "p-2" });
      await expect(remove).rejects.toMatchObject(missing);
    });

    test("gets another revision when gateways get something else from it, and never an old one", async () => {
      const { revision } = await create("p-1");
      const same = [
        { displayName: "x" },
        { percent: 5 },
        { gatewayFilter: "gatewayId = x" },
        { priority: 0 },
      ];
      for (const change of [...same, { desired: { a: 1 } }])
        expect(await update("p-1", change)).toMatchObject({ ...change, revision });
      const changed = await update("p-1", { desired: { b: 2 } });
      expect(changed).toMatchObject({ desired: { b: 2 }, percent: 5 });
      expect(changed.revision).toBeGreaterThan(revision);
      await call(profiles.broker, "config-profiles.delete", { configProfileId: "p-1" });
      expect((await create("p-1")).revision).toBeGreaterThan(changed.revision);
    });

    test.each([
      ["labels.site = ", "gatewayFilter"],
      ["desired.a = 1", "there is no field 'desired.a'"],
      ["labels = a", "there is no field 'labels'"],
    ])("is refused with the filter '%s'", async (gatewayFilter, said) => {
      const refused = { type: "INVALID_FILTER", violations: [{ field: "gatewayFilter" }] };
      const error = await create("p-1", { gatewayFilter }).catch((problem: unknown) => problem);
      expect(error).toMatchObject(refused);
      expect(JSON.stringify(error) + String(error)).toContain(said);
      await create("p-2");
      await expect(update("p-2", { gatewayFilter })).rejects.toMatchObject(refused);
    });

    test("is refused with a document that no twin could have", async () => {
      await expect(create("p-1", { desired: sectionOf(64 * 1024 + 1) })).rejects.toMatchObject({
        type: "SECTION_TOO_LARGE",
      });
      const desired = JSON.parse('{"__proto__": 1}');
      await expect(create("p-1", { desired })).rejects.toMatchObject({ type: "KEY_NOT_ALLOWED" });
    });
  });

  test("profiles are listed in pages, ordered and filtered", async () => {
    for (const [id, priority] of Object.entries({ a: 3, b: 1, c: 2, d: 2 })) await create(id, { priority });
    const orderBy = "priority desc";
    const first = await list({ pageSize: 2, orderBy });
    const second = await list({ pageSize: 2, orderBy, pageToken: first.nextPageToken });
    const ids = [first, second].map(({ configProfiles }) =>
      configProfiles.map(({ configProfileId }) => configProfileId),
    );
    expect(ids).toEqual([
      ["a", "d"],
      ["c", "b"],
    ]);
    expect(second.nextPageToken).toBe("");
    const filtered = await list({ filter: "priority >= 2 AND configProfileId != d" });
    expect(filtered.configProfiles.map(({ configProfileId }) => configProfileId)).toEqual(["a", "c"]);
    await expect(list({ filter: "labels.x = 1" })).rejects.toMatchObject({ type: "INVALID_FILTER" });
    await expect(list({ pageToken: first.nextPageToken })).rejects.toMatchObject({
      type: "INVALID_PAGE_TOKEN",
    });
  });

  describe("a preview", () => {
    const preview = (
      params: Omit<Params<"config-profiles.preview">, "desired">,
      desired: JsonObject = { a: 2 },
    ) => call(profiles.broker, "config-profiles.preview", { ...params, desired });

    test("shows what a new profile would change, without changing it", async () => {
      await create("low", { desired: { a: 1, b: 1 }, priority: -1 });
      await create("high", { desired: { c: 1 }, priority: 5 });
      for (const id of ["gw-1", "gw-2", "gw-3"]) await gateway(id, { site: id === "gw-3" ? "b" : "a" });
      own("gw-2", { a: 9 });
      await rest();
      const shown = await preview({ gatewayFilter: "labels.site = a" }, { a: 2, c: 2, d: 2 });
      expect(shown).toEqual({
        gateways: [
          { gatewayId: "gw-1", patch: { a: 2, d: 2 } },
          { gatewayId: "gw-2", patch: { d: 2 } },
        ],
        nextPageToken: "",
      });
      expect(await preview({}, { c: 2 })).toEqual({ gateways: [], nextPageToken: "" });
      expect(profiles.twins.desired("gw-1")).toEqual({ a: 1, b: 1, c: 1 });
    });

    test("shows gateways that a change takes values from, too", async () => {
      for (const id of ["gw-1", "gw-2"]) await gateway(id, { site: id });
      await create("p-1", { gatewayFilter: "labels.site = gw-1" });
      await rest();
      const change = { configProfileId: "p-1", gatewayFilter: "labels.site = gw-2", desired: { a: 5 } };
      expect((await call(profiles.broker, "config-profiles.previewChange", change)).gateways).toEqual([
        { gatewayId: "gw-1", patch: { a: null } },
        { gatewayId: "gw-2", patch: { a: 5 } },
      ]);
    });

    test("comes in pages, and its token is good for it alone", async () => {
      for (const n of [1, 2, 3, 4, 5]) await gateway(`gw-${n}`);
      const found: string[] = [];
      let pageToken = "";
      do {
        const page = await preview({ pageSize: 2, pageToken });
        found.push(...page.gateways.map(({ gatewayId }) => gatewayId));
        pageToken = page.nextPageToken;
        if (pageToken)
          await expect(preview({ pageToken }, { b: 1 })).rejects.toMatchObject({
            type: "INVALID_PAGE_TOKEN",
          });
      } while (pageToken);
      expect(found).toEqual(["gw-1", "gw-2", "gw-3", "gw-4", "gw-5"]);
    });

    test("is refused as the profile would be", async () => {
      await expect(preview({ gatewayFilter: "x = 1" })).rejects.toMatchObject({ type: "INVALID_FILTER" });
    });
  });
});
