import { expect, test } from "vitest";
import { waitMs } from "./backoff.ts";

const SETTINGS = { firstWaitMs: 5000, maxWaitMs: 300_000 };
const waits = (attempts: number) =>
  Array.from({ length: 1000 }, (_, n) => waitMs(`gw-${n}`, attempts, SETTINGS));

test.each([
  [0, 10_000],
  [1, 20_000],
  [4, 160_000],
  [6, 300_000],
  [40, 300_000],
])("after %i deliveries the waits of many gateways are spread from 5 s to %i ms", (attempts, end) => {
  const all = waits(attempts);
  expect(Math.min(...all)).toBeGreaterThanOrEqual(5000);
  expect(Math.max(...all)).toBeLessThanOrEqual(end);
  const tenth = (end - 5000) / 10;
  for (let from = 5000; from < end; from += tenth) {
    const share = all.filter((ms) => ms >= from && ms < from + tenth).length;
    expect(share).toBeGreaterThan(60);
  }
});

test("the same gateway waits the same time when the same decision is made again", () => {
  expect(waits(3)).toEqual(waits(3));
});
