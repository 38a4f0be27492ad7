import fc from "fast-check";
import { expect, test } from "vitest";
import { MemoryWindows } from "./rate-windows.ts";

const calls = fc.array(
  fc.record({ after: fc.integer({ min: 0, max: 12 }), key: fc.constantFrom("a", "b") }),
  {
    maxLength: 100,
  },
);

test("allows exactly what fits: no window has more, no call is refused that would not be one too many", async () => {
  const property = fc.asyncProperty(
    calls,
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: 1, max: 60 }),
    async (calls, limit, windowMs) => {
      let now = 0;
      const windows = new MemoryWindows(10, () => now);
      const allowed: { readonly key: string; readonly time: number }[] = [];
      for (const { after, key } of calls) {
        now += after;
        const inside = allowed.filter((call) => call.key === key && call.time > now - windowMs);
        const taken = await windows.take(key, limit, windowMs);
        expect(taken.allowed).toBe(inside.length < limit);
        expect(taken.remaining).toBe(taken.allowed ? limit - inside.length - 1 : 0);
        expect(taken.retryAfterMs).toBe(taken.allowed ? 0 : (inside[0]?.time ?? 0) + windowMs - now);
        if (taken.allowed) allowed.push({ key, time: now });
      }
    },
  );
  await fc.assert(property, { seed: 5 });
});

test("of too many keys the longest unused ones are forgotten", async () => {
  const windows = new MemoryWindows(2, () => 0);
  const take = async (key: string) => (await windows.take(key, 1, 1000)).allowed;
  expect([await take("a"), await take("b"), await take("a")]).toEqual([true, true, false]);
  expect([await take("c"), await take("a"), await take("b")]).toEqual([true, false, true]);
});
