import { beforeEach, describe, expect, test } from "vitest";
import { MemoryCounters } from "../../../stores/memory/shared-counters.ts";
import { Authenticator } from "./authenticator.ts";
import { FRONT_SETTINGS, type FrontSettings } from "./settings.ts";

let now = 0;
let checked: string[] = [];
let gate = Promise.withResolvers<void>();

beforeEach(() => {
  now = 1_000_000;
  checked = [];
  gate = Promise.withResolvers();
  gate.resolve();
});

function setUp(settings: Partial<FrontSettings> = {}) {
  let asked = 0;
  const hashes = new Map([["gw", "hash of right"]]);
  const authenticator = new Authenticator({
    settings: { ...FRONT_SETTINGS, ...settings },
    clock: () => now,
    attempts: new MemoryCounters(100, () => now),
    dummyHash: "dummy",
    passwordHash: async (gatewayId) => {
      asked += 1;
      return hashes.get(gatewayId) ?? null;
    },
    verify: async (password, hash) => {
      checked.push(`${password} against ${hash}`);
      await gate.promise;
      return hash === `hash of ${password}`;
    },
  });
  const check = (gatewayId: string, password: string, isWanted = () => true) =>
    authenticator.check({ gatewayId, password: Buffer.from(password) }, isWanted);
  return { authenticator, hashes, check, asked: () => asked };
}

test("an unknown gateway costs a check as well", async () => {
  const { check } = setUp();
  expect(await check("nobody", "x")).toBe("wrong");
  expect(checked).toEqual(["x against dummy"]);
});

test("a password that was right is known for a while", async () => {
  const { check } = setUp();
  expect([await check("gw", "right"), await check("gw", "right"), checked.length]).toEqual([
    "accepted",
    "accepted",
    1,
  ]);
  now += FRONT_SETTINGS.credentialTtlMs + 1;
  expect([await check("gw", "right"), checked.length]).toEqual(["accepted", 2]);
});

describe("failures", () => {
  test("are limited per name and window, also when all come at once", async () => {
    const { check } = setUp({ failures: 3 });
    const verdicts = await Promise.all(["a", "b", "c", "d", "e"].map((guess) => check("gw", guess)));
    expect(verdicts).toEqual(["wrong", "wrong", "wrong", "limited", "limited"]);
    now += FRONT_SETTINGS.failureWindowMs - 1;
    expect(await check("gw", "right")).toBe("limited");
    now += 2;
    expect(await check("gw", "right")).toBe("accepted");
  });

  test("never refuse a password that is known to be right", async () => {
    const { check } = setUp({ failures: 2 });
    await check("gw", "right");
    for (const guess of ["a", "b", "c"]) await check("gw", guess);
    expect(await check("gw", "right")).toBe("accepted");
  });
});

describe("checks", () => {
  test("are bounded: more are put off", async () => {
    const { check } = setUp({ passwordChecks: 2 });
    gate = Promise.withResolvers();
    const first = [check("a", "x"), check("b", "x")];
    expect(await check("c", "x")).toBe("unavailable");
    gate.resolve();
    expect(await Promise.all(first)).toEqual(["wrong", "wrong"]);
    expect(await check("c", "x")).toBe("wrong");
  });

  test("run two at a time, and not for clients that have gone", async () => {
    const { check } = setUp();
    gate = Promise.withResolvers();
    let isThere = true;
    const all = ["a", "b", "c"].map((id) => check(id, "x", () => isThere));
    await new Promise((resolve) => setImmediate(resolve));
    expect(checked).toHaveLength(2);
    isThere = false;
    gate.resolve();
    await Promise.all(all);
    expect(checked).toHaveLength(2);
  });
});

test("the registry is not asked for a client that went, or was revoked, while its attempt was counted", async () => {
  const { authenticator, check, asked } = setUp();
  let isThere = true;
  const gone = check("gw", "right", () => isThere);
  const revoked = check("gw", "right");
  isThere = false;
  authenticator.revoke("gw");
  expect([await gone, await revoked, asked()]).toEqual(["unavailable", "unavailable", 0]);
  expect(await check("gw", "right")).toBe("accepted");
});

describe("a revocation", () => {
  test("makes the known password unknown", async () => {
    const { authenticator, hashes, check } = setUp();
    await check("gw", "right");
    hashes.set("gw", "hash of new");
    authenticator.revoke("gw");
    expect([await check("gw", "right"), await check("gw", "new")]).toEqual(["wrong", "accepted"]);
  });

  test("in the middle of a check makes its result worth nothing", async () => {
    const { authenticator, check } = setUp();
    gate = Promise.withResolvers();
    const verdict = check("gw", "right");
    await new Promise((resolve) => setImmediate(resolve));
    authenticator.revoke("gw");
    gate.resolve();
    expect(await verdict).toBe("unavailable");
  });

  test("that was not heard of shows when another password is checked", async () => {
    const { hashes, check } = setUp();
    await check("gw", "right");
    hashes.set("gw", "hash of new");
    expect([await check("gw", "new"), await check("gw", "right")]).toEqual(["accepted", "wrong"]);
  });
});
