import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiKeys } from "../../services/admin/access/api-keys.ts";
import { sessionTable } from "../../services/admin/access/sessions.ts";
import { userTable } from "../../services/admin/access/users.ts";
import { idempotencyStore } from "../../services/bff/idempotency-store.ts";
import { DATABASES, type OpenedDatabase } from "../helpers/databases.ts";
import { waitFor } from "../helpers/wait-for.ts";

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
      gatewayFilter: "labels.site = a",
      expireTime: 1_766_000_000_124,
      lastUsedTime: null,
      createTime: 1_766_000_000_123,
      updateTime: 1_766_000_000_123,
    } as const;
    expect(await keys.add(key)).toBe(true);
    expect(await keys.add({ ...key, tokenHash: "other" })).toBe(false);
    expect(await keys.find("k1")).toEqual(key);
    await keys.put({ ...key, tokenHash: "new" });
    await keys.put({ ...key, keyId: "K1" });
    const [upper, lower] = [
      { ...key, keyId: "K1" },
      { ...key, tokenHash: "new" },
    ];
    expect(await keys.after(undefined, 9, false)).toEqual([upper, lower]);
    expect(await keys.after(undefined, 1, true)).toEqual([lower]);
    expect(await keys.after("K1", 9, false)).toEqual([lower]);
    await keys.used("k1", 100_000, 40_000);
    await keys.used("k1", 100_001, 40_001);
    expect(await keys.find("k1")).toEqual({ ...lower, lastUsedTime: 100_000 });
    expect(await keys.find("k2")).toBeUndefined();
    expect([await keys.remove("k1"), await keys.remove("k1")]).toEqual([true, false]);
  });

  test("users are changed by who saw the newest row; old sessions make room for new ones", async () => {
    const users = userTable(database.sequelize);
    const [createTime, updateTime, generation] = [1_766_000_000_123, 1_766_000_000_123, 1_766_000_000_123];
    const who = { userId: "u.1", displayName: "漢", role: "admin", disabled: false } as const;
    const user = { ...who, passwordHash: "h", generation, createTime, updateTime };
    expect([await users.add(user), await users.add(user)]).toEqual([true, false]);
    const change = { disabled: true, updateTime: updateTime + 1 };
    expect([await users.change(user, change), await users.change(user, change)]).toEqual([true, false]);
    expect(await users.after(undefined, 9, false)).toEqual([{ ...user, ...change }]);
    const sessions = sessionTable(database.sequelize);
    const session = { userId: "u.1", tokenHash: "h", generation, expireTime: 10_000 };
    for (let n = 0; n < 101; n++) await sessions.add({ ...session, sessionId: `s${n}`, createTime: n });
    expect(await sessions.find("s0")).toBeUndefined();
    expect(await sessions.find("s1")).toEqual({ ...session, sessionId: "s1", createTime: 1 });
    await sessions.add({ ...session, sessionId: "later", createTime: 10_000, expireTime: 20_000 });
    expect(await sessions.find("s100")).toBeUndefined();
    await sessions.remove({ userId: "u.1" });
    expect(await sessions.find("later")).toBeUndefined();
  });

  test("answers are kept for a day, and the old ones go when new ones come", async () => {
    let now = 1_766_000_000_000;
    const store = idempotencyStore({ sequelize: database.sequelize, clock: () => now });
    const kept = { fingerprint: "f", answer: { status: 201, headers: {}, body: "x".repeat(100_000) } };
    const [one, two] = [
      { id: "id-1", key: "key" },
      { id: "id-2", key: "key" },
    ];
    const keep = async (slot: typeof one) => store.keep(slot, (await store.claim(slot, "f")) ?? "", kept);
    await keep(one);
    expect(await store.load(one)).toMatchObject({ ...kept, isRunning: false });
    expect(await store.claim(one, "f")).toBeUndefined();
    now += 24 * 60 * 60 * 1000 + 1;
    expect(await store.load(one)).toBeUndefined();
    await keep(one);
    now += 24 * 60 * 60 * 1000 + 1;
    await keep(two);
    const [rows] = await database.sequelize.query("SELECT id FROM idempotency_keys");
    expect(rows).toEqual([{ id: "id-2" }]);
  });

  test("a key is claimed by one, until the claim is released or has ended", async () => {
    const { sequelize } = database;
    const store = idempotencyStore({ sequelize, clock: Date.now, leaseMs: 500 });
    const slot = { id: "id-3", key: "key" };
    const claims = await Promise.all([1, 2, 3, 4].map(() => store.claim(slot, "f")));
    const [first = "", ...others] = claims.filter((claim) => claim !== undefined);
    expect(others).toEqual([]);
    expect(await store.load(slot)).toEqual({ fingerprint: "f", claim: first, isRunning: true });
    expect(await store.claim(slot, "f", first)).toBeUndefined();
    await store.release(slot, first);
    await store.renew(slot, first);
    expect(await store.load(slot)).toMatchObject({ isRunning: false });
    const again = await Promise.all([1, 2, 3, 4].map(() => store.claim(slot, "f", first)));
    const [second = "", ...more] = again.filter((claim) => claim !== undefined);
    expect(more).toEqual([]);
    await store.keep(slot, first, { fingerprint: "late" });
    expect(await store.load(slot)).toMatchObject({ fingerprint: "f", claim: second, isRunning: true });
    await waitFor("the end of the claim", async () => !(await store.load(slot))?.isRunning);
    await store.renew(slot, second);
    expect(await store.claim(slot, "f", second)).toBeUndefined();
  });
});
