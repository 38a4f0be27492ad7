import { describe, expect, it } from "vitest";
import { median, percentile, spread } from "./stats.ts";

describe("median", () => {
  it("takes the middle value whatever the order", () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it("takes the mean of the two middle values of an even count", () => {
    expect(median([4, 1, 3, 100])).toBe(3.5);
  });

  it("has no value for nothing", () => {
    expect(median([])).toBeNaN();
  });
});

describe("spread", () => {
  it("keeps median, least and greatest", () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  });
});

describe("percentile", () => {
  it("is a value that was measured", () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect([50, 99, 100].map((percent) => percentile(values, percent))).toEqual([100, 198, 200]);
    expect(percentile([], 50)).toBeNaN();
  });
});
