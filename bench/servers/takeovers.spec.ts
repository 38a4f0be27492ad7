import { describe, expect, it } from "vitest";
import { Takeovers } from "./takeovers.ts";

const row = (partition: number, epoch: number, ...times: number[]) => ({
  type: "twin",
  partition,
  epoch,
  changes: times.map((time) => ({ actorId: "gw-1", time })),
});

describe("Takeovers", () => {
  it("finds the gap between two owners, also when the old one's rows come late", () => {
    const takeovers = new Takeovers();
    takeovers.add(row(1, 4, 100, 110), 115);
    takeovers.add(row(1, 5, 180, 185), 190);
    takeovers.add(row(1, 4, 120), 195);
    expect(takeovers.found()).toEqual([{ partition: 1, lastBefore: 120, firstAfter: 180, seenAt: 190 }]);
  });

  it("has none where the owner stayed, and looks at twins alone", () => {
    const takeovers = new Takeovers();
    takeovers.add(row(1, 4, 100), 105);
    takeovers.add(row(1, 4, 130), 135);
    takeovers.add({ ...row(1, 5, 140), type: "other" }, 145);
    expect(takeovers.found()).toEqual([]);
  });
});
