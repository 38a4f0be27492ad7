import { describe, expect, test } from "vitest";
import { hashPassword, RANDOM_SECRET_COST } from "../../mixins/password.ts";
import type { ApiKey, ApiKeys } from "./api-keys.ts";
import { tokenCheck } from "./token-check.ts";

async function setUp() {
  const tokenHash = await hashPassword("right", RANDOM_SECRET_COST);
  const key: ApiKey = { keyId: "k", displayName: "admin", role: "admin", tokenHash, createTime: 0 };
  const rows = new Map([[key.keyId, key]]);
  const time = { now: 1_000_000 };
  let scans = 0;
  const keys: Pick<ApiKeys, "all" | "find"> = {
    async all() {
      scans += 1;
      return [...rows.values()];
    },
    find: async (keyId) => rows.get(keyId),
  };
  return { check: tokenCheck(keys, () => time.now), key, rows, time, scans: () => scans };
}

describe("a token", () => {
  test("is hashed once when it is right, even when asked for many times at once", async () => {
    const { check, key, scans } = await setUp();
    const found = await Promise.all(Array.from({ length: 100 }, () => check("right")));
    expect(new Set(found)).toEqual(new Set([key]));
    expect(await check("right")).toBe(key);
    expect(scans()).toBe(1);
  });

  test("stays known while its row is the same, without being hashed again", async () => {
    const { check, key, time, scans } = await setUp();
    await check("right");
    time.now += 3_600_000;
    expect(await check("right")).toBe(key);
    expect(scans()).toBe(1);
  });

  test("is refused soon after its row was changed or removed", async () => {
    const { check, key, rows, time } = await setUp();
    await check("right");
    rows.set("k", { ...key, tokenHash: await hashPassword("new", RANDOM_SECRET_COST) });
    time.now += 60_000;
    expect(await check("right")).toBeUndefined();
    expect((await check("new"))?.keyId).toBe("k");
    rows.clear();
    time.now += 60_000;
    expect(await check("new")).toBeUndefined();
  });

  test("that is wrong is hashed once in a while", async () => {
    const { check, time, scans } = await setUp();
    expect(await check("wrong")).toBeUndefined();
    expect(await check("wrong")).toBeUndefined();
    expect(scans()).toBe(1);
    time.now += 60_000;
    expect(await check("wrong")).toBeUndefined();
    expect(scans()).toBe(2);
  });

  test("that was right before passes a flood of wrong ones, which are refused", async () => {
    const { check, key, time } = await setUp();
    await check("right");
    time.now += 60_000;
    const flood = Promise.allSettled(Array.from({ length: 500 }, (_, index) => check(`wrong ${index}`)));
    expect(await check("right")).toBe(key);
    const refused = (await flood).filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThan(400);
  });
});
