import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kindOfStrain, MIN_LOOKS, RELIEF, STRAINS, type Strain, StrainWatch } from "./strain-watch.ts";

const RULES = { limits: { cpu: 0.9, memory: 0.8, lag: 200 }, afterMs: 30_000, coolDownMs: 600_000 };
const CALM = { cpu: 0.1, memory: 0.2, lag: 0 };

type Value = Partial<Record<Strain, number>>;

/** What is captured at looks every 5 s, as `seconds:strain`. */
function captures(values: readonly Value[], rules = RULES): string[] {
  const watch = new StrainWatch(rules);
  return values.flatMap((value, index) => {
    const strain = watch.look(index * 5000, { ...CALM, ...value });
    return strain ? [`${index * 5}:${strain}`] : [];
  });
}

const times = (count: number, value: Value) => Array.from({ length: count }, () => value);

describe("a strain is captured", () => {
  test.each(STRAINS)("once per cool-down while %s stays high, and not before it has lasted", (strain) => {
    expect(captures(times(300, { [strain]: RULES.limits[strain] }))).toEqual([
      `30:${strain}`,
      `630:${strain}`,
      `1230:${strain}`,
    ]);
  });

  test("through a dip, but not through a pause", () => {
    const dip = { cpu: 0.9 * RELIEF };
    const pause = { cpu: 0.9 * RELIEF - 0.01 };
    expect(captures([...times(5, { cpu: 1 }), dip, { cpu: 1 }])).toEqual(["30:cpu"]);
    expect(captures([...times(5, { cpu: 1 }), pause, ...times(6, { cpu: 1 })])).toEqual([]);
  });

  test("with a heap profile although a CPU profile has just been captured", () => {
    expect(captures(times(10, { cpu: 1, lag: 500, memory: 0.95 }))).toEqual(["30:memory", "35:lag"]);
  });

  test("not by one look after a long silence", () => {
    const watch = new StrainWatch(RULES);
    expect(watch.look(0, { ...CALM, lag: 900 })).toBe(undefined);
    expect(watch.look(3_600_000, { ...CALM, lag: 900 })).toBe(undefined);
  });

  test("not where its limit is 0", () => {
    const limits = { cpu: 0, memory: 0, lag: 0 };
    expect(captures(times(300, { cpu: 1, memory: 1, lag: 9999 }), { ...RULES, limits })).toEqual([]);
  });
});

test("whatever comes: only what was high for long enough, and never two of a kind within a cool-down", () => {
  const level = (limit: number) => fc.constantFrom(0, limit * 0.5, limit * RELIEF, limit, limit * 1.1);
  const look = fc.record({
    afterMs: fc.integer({ min: 0, max: 20_000 }),
    cpu: level(0.9),
    memory: level(0.8),
    lag: level(200),
  });
  const looks = fc.array(look, { maxLength: 300 });
  fc.assert(
    fc.property(looks, fc.integer({ min: 0, max: 200_000 }), (given, coolDownMs) => {
      const watch = new StrainWatch({ ...RULES, coolDownMs });
      const seen: { readonly time: number; readonly vitals: Record<Strain, number> }[] = [];
      const last = new Map<string, number>();
      let time = 0;
      for (const { afterMs, ...vitals } of given) {
        time += afterMs;
        seen.push({ time, vitals });
        const strain = watch.look(time, vitals);
        if (!strain) continue;
        const { [strain]: limit } = RULES.limits;
        const calm = seen.findLastIndex((each) => each.vitals[strain] < limit * RELIEF);
        const begin = seen.findIndex((each, index) => index > calm && each.vitals[strain] >= limit);
        expect(time - (seen[begin]?.time ?? time)).toBeGreaterThanOrEqual(RULES.afterMs);
        expect(seen.length - begin).toBeGreaterThanOrEqual(MIN_LOOKS);
        const kind = kindOfStrain(strain);
        expect(time - (last.get(kind) ?? -Infinity)).toBeGreaterThanOrEqual(coolDownMs);
        last.set(kind, time);
      }
    }),
    { seed: 20_260_601, numRuns: 300 },
  );
});
