import { expect, test } from "vitest";
import { TokenBucket } from "./token-bucket.ts";

test("gives a burst, then what is filled in", () => {
  let now = 0;
  const bucket = new TokenBucket(10, 3, () => now);
  const takeAll = () => {
    let taken = 0;
    while (bucket.take()) taken += 1;
    return taken;
  };
  expect(takeAll()).toBe(3);
  now += 250;
  expect(takeAll()).toBe(2);
  now -= 60_000;
  expect(takeAll()).toBe(0);
  now += 3_600_000;
  expect(takeAll()).toBe(3);
});
