import { describe, expect, it } from "vitest";
import { PARTS } from "./options.ts";
import { FULL, QUICK, variantsFor } from "./plan.ts";

const titles = (parts: readonly (typeof PARTS)[number][]) =>
  variantsFor(FULL, parts).map(({ title }) => title);

describe("variantsFor", () => {
  it("compares everything when throughput is asked for", () => {
    expect(variantsFor(FULL, PARTS)).toBe(FULL.variants);
    expect(variantsFor(QUICK, ["throughput"])).toBe(QUICK.variants);
  });

  it("starts only what a part needs", () => {
    expect(titles(["latency"])).toEqual(["(a) raw floor, 1000", "(c) gateway-twin, 1000"]);
    expect(titles(["patch"])).toEqual(["(c) gateway-twin, 1000"]);
    expect(titles(["rest", "memory"])).toEqual([]);
  });
});

describe("the full plan", () => {
  it("has every product size a floor of the same size", () => {
    const sizes = (kind: string) =>
      FULL.variants.filter((one) => one.kind === kind).map((one) => one.gateways);
    expect(sizes("product")).toEqual([1_000, 10_000]);
    expect(sizes("raw")).toEqual(sizes("product"));
  });

  it("never has more in flight than the windows hold", () => {
    for (const { gateways, window, inFlight } of FULL.variants)
      expect(inFlight).toBeLessThanOrEqual(gateways * window);
  });
});
