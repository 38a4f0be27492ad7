import { describe, expect, it } from "vitest";
import { SlotRing } from "./slot-ring.ts";

describe("SlotRing", () => {
  it("starts with every slot once, in order", () => {
    const ring = new SlotRing(3);
    expect([ring.shift(), ring.shift(), ring.shift(), ring.shift()]).toEqual([0, 1, 2, undefined]);
  });

  it("gives slots back in the order they were freed, past its end", () => {
    const ring = new SlotRing(3);
    for (let turn = 0; turn < 10; turn++) {
      const slot = ring.shift() ?? -1;
      ring.push(slot);
      expect(slot).toBe(turn % 3);
    }
    expect(ring.size).toBe(3);
  });
});
