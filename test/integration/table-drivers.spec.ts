import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiKeys } from "../../services/admin/api-keys.ts";
import { idempotencyStore } from "../../services/bff/idempotency-store.ts";
import { DATABASES, type OpenedDatabase } from "../helpers/databases.ts";

/** Tables that services use through Sequelize's models alone. */
describe.each(DATABASES)("on %s", (_driver, open) => {
  let database: OpenedDatabase;

  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());

  test("API keys are added once, replaced and found", async () => {
    const keys = apiKeys(database.sequelize);
    const key = {
      keyId: "k1",
      displayName: "é 漢 😀",
      role: "viewer",
      tokenHash: "h",
      createTime: 1_766_000_000_123,
    } as const;
    expect(await keys.add(key)).toBe(true);
    expect(await keys.add({ ...key, tokenHash: "other" })).toBe(false);
    expect(await keys.find("k1")).toEqual(key);
    await keys.put({ ...key, tokenHash: "new" });
    await keys.put({ ...key, keyId: "K1" });
    expect((await keys.all()).toSorted((a, b) => (a.keyId < b.keyId ? -1 : 1))).toEqual([
      { ...key, keyId: "K1" },
      { ...key, tokenHash: "new" },
    ]);
    expect(await keys.find("k2")).toBeUndefined();
  });

  test("answers are kept for a day, and the old ones go when new ones come", async () => {
    let now = 1_766_000_000_000;
    const store = idempotencyStore({ sequelize: database.sequelize, clock: () => now });
    const kept = { fingerprint: "f", answer: { status: 201, headers: {}, body: "x".repeat(100_000) } };
    await store.save("id-1", "key", kept);
    expect(await store.load("id-1", "key")).toEqual(kept);
    await store.save("id-1", "key", { ...kept, fingerprint: "g" });
    expect(await store.load("id-1", "key")).toMatchObject({ fingerprint: "g" });
    now += 24 * 60 * 60 * 1000 + 1;
    expect(await store.load("id-1", "key")).toBeUndefined();
    await store.save("id-2", "key", kept);
    const [rows] = await database.sequelize.query("SELECT id FROM idempotency_keys");
    expect(rows).toEqual([{ id: "id-2" }]);
  });
});
