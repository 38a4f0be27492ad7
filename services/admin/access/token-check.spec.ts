import { describe, expect, test } from "vitest";
import { MemoryCounters } from "../../../stores/memory/shared-counters.ts";
import { FailureLimit, type Source } from "./failure-limit.ts";
import type { Holder } from "./holders.ts";
import { TokenCheck } from "./token-check.ts";
import { newToken } from "./tokens.ts";

const FROM: readonly Source[] = [{ by: "address", name: "here" }];
const { id, token } = newToken("gtk");
const HOLDER: Holder = {
  principal: { name: `key:${id}`, role: "viewer" },
  expireTime: Number.POSITIVE_INFINITY,
  tokenHash: "h",
};

/** `gate`: what looking into the rows waits for. */
function setUp() {
  const time = { now: 1_000_000 };
  const clock = () => time.now;
  const counters = { count: () => undefined, gauge: () => undefined };
  const limit = new FailureLimit({ attempts: new MemoryCounters(1000, clock), counters, clock });
  const rows = new Map([[token, HOLDER]]);
  const state = { looks: 0, gate: Promise.resolve() };
  const look = async (given: string) => {
    state.looks += 1;
    const found = rows.get(given);
    await state.gate;
    return found;
  };
  const check = new TokenCheck({
    holderOf: (_, given) => look(given),
    bootstrapHolder: (given) => look(given),
    limit,
    onWrong: () => undefined,
    clock,
  });
  const holder = async (given: string) => (await check.holder(given, FROM))?.holder;
  return { holder, check, rows, time, state };
}

const wrongTokens = (count: number) => Array.from({ length: count }, () => newToken("gtk").token);
const outcomes = async (asked: readonly Promise<Holder | undefined>[]) =>
  (await Promise.allSettled(asked)).map((each) =>
    each.status === "fulfilled" ? (each.value ? "right" : "wrong") : each.reason.type,
  );

describe("a token", () => {
  test("is looked up once when it is right, even when asked for many times at once", async () => {
    const { holder, state } = setUp();
    const found = await Promise.all(Array.from({ length: 100 }, () => holder(token)));
    expect(new Set(found)).toEqual(new Set([HOLDER]));
    expect(await holder(token)).toBe(HOLDER);
    expect(state.looks).toBe(1);
  });

  test("is refused within two seconds of its row's end when nobody tells of it", async () => {
    const { holder, rows, time } = setUp();
    await holder(token);
    rows.clear();
    time.now += 2000;
    expect(await holder(token)).toBeUndefined();
  });

  test.each(["while", "after"])(
    "is refused at once when somebody tells, %s somebody who had looked before waits",
    async (when) => {
      const { holder, check, rows, state } = setUp();
      const gate = Promise.withResolvers<void>();
      state.gate = gate.promise;
      const before = holder(token);
      rows.clear();
      check.forget([HOLDER.principal.name]);
      const after = when === "while" ? holder(token) : before.then(() => holder(token));
      gate.resolve();
      expect(await before).toBe(HOLDER);
      expect(await after).toBeUndefined();
    },
  );

  test("ends at its time, also when it was used just before", async () => {
    const { holder, rows, time } = setUp();
    rows.set(token, { ...HOLDER, expireTime: time.now + 1 });
    expect(await holder(token)).toBeDefined();
    time.now += 1;
    expect(await holder(token)).toBeUndefined();
  });

  test("that is wrong is looked up once in a while", async () => {
    const { holder, time, state } = setUp();
    const [wrong = ""] = wrongTokens(1);
    expect([await holder(wrong), await holder(wrong)]).toEqual([undefined, undefined]);
    expect(state.looks).toBe(1);
    time.now += 10_001;
    await holder(wrong);
    expect(state.looks).toBe(2);
  });

  test("after many wrong ones of the same place still is right, the wrong ones are limited", async () => {
    const { holder, time } = setUp();
    for (const wrong of wrongTokens(20)) expect(await holder(wrong)).toBeUndefined();
    expect(await outcomes(wrongTokens(2).map(holder))).toEqual(["RATE_LIMITED", "RATE_LIMITED"]);
    expect(await holder(token)).toBe(HOLDER);
    time.now += 60_001;
    expect(await outcomes(wrongTokens(1).map(holder))).toEqual(["wrong"]);
  });

  test("that a person chose is not even tried after too many, until the window ends; who is known passes", async () => {
    const { holder, rows, time, state } = setUp();
    rows.set("chosen", HOLDER).set("other", HOLDER);
    await holder("chosen");
    const guesses = Array.from({ length: 500 }, (_, index) => holder(`guess ${index}`));
    expect((await outcomes(guesses)).filter((outcome) => outcome !== "RATE_LIMITED").length).toBeLessThan(41);
    const looks = state.looks;
    expect(await outcomes([holder("other"), holder("chosen")])).toEqual(["RATE_LIMITED", "right"]);
    expect(state.looks).toBe(looks);
    time.now += 60_001;
    expect(await holder("other")).toBe(HOLDER);
  });
});
