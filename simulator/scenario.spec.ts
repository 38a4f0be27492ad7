import { describe, expect, test } from "vitest";
import { Random, seedFor } from "./random.ts";
import { gatewayScenario, heartbeats, wishScenario } from "./scenario.ts";

const rates = { samplesPerSecond: 1, dropsPerMinute: 10 };

function take<T>(count: number, source: Iterator<T, void>): T[] {
  return Array.from({ length: count }).flatMap(() => source.next().value ?? []);
}

const draw = (seed: number, count = 500) => take(count, gatewayScenario(new Random(seed), rates));

describe("scenario of a gateway", () => {
  test("is the same for the same seed, another for another", () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test("is in order of time, at about the given rates", () => {
    const happenings = draw(3, 5000);
    const times = happenings.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((left, right) => left - right));
    const minutes = (times.at(-1) ?? 0) / 60_000;
    const drops = happenings.filter(({ type }) => type === "drop").length;
    expect((happenings.length - drops) / minutes).toBeGreaterThan(55);
    expect((happenings.length - drops) / minutes).toBeLessThan(65);
    expect(drops / minutes).toBeGreaterThan(5);
    expect(drops / minutes).toBeLessThan(10);
  });

  test("has link losses and power cycles, each with a boot of its own", () => {
    const drops = draw(4, 5000).filter((happening) => happening.type === "drop");
    const boots = drops.flatMap(({ boot }) => boot ?? []);
    expect(boots.length).toBeGreaterThan(0);
    expect(boots.length).toBeLessThan(drops.length);
    expect(new Set(boots).size).toBe(boots.length);
  });

  test("is empty at rate zero", () => {
    expect([...gatewayScenario(new Random(1), { samplesPerSecond: 0, dropsPerMinute: 0 })]).toEqual([]);
  });
});

test("heartbeats come at their pace, each gateway's from another moment on", () => {
  const [first, ...rest] = take(10, heartbeats(new Random(1), 30));
  expect(first?.at).toBeLessThan(30_000);
  expect(rest.map(({ at }, n) => at - (first?.at ?? 0) - n * 30_000)).toEqual(rest.map(() => 30_000));
  expect(take(1, heartbeats(new Random(2), 30))[0]?.at).not.toBe(first?.at);
  expect(take(1, heartbeats(new Random(1), 0))).toEqual([]);
});

test("wishes patch the config only, over the whole fleet", () => {
  const wishes = take(300, wishScenario(new Random(1), 10));
  expect(wishes.every(({ patch }) => Object.keys(patch).join() === "config")).toBe(true);
  expect(new Set(wishes.map(({ member }) => member % 10)).size).toBe(10);
});

test("seeds of neighbours differ, in members and in runs", () => {
  const seeds = [0, 1, 2].flatMap((run) => [-1, 0, 1, 2].map((member) => seedFor(run, member)));
  expect(new Set(seeds).size).toBe(seeds.length);
});
