import { describe, expect, it } from "vitest";
import { SEQ_BASE } from "./generator/frames.ts";
import { verifyTwins } from "./verify.ts";

describe("verifyTwins", () => {
  it("passes twins that hold every message and the last values", () => {
    const expected = [
      { gatewayId: "a", messages: 3 },
      { gatewayId: "b", messages: 0 },
    ];
    const stored = [
      { gatewayId: "a", version: 3, counter: SEQ_BASE + 3 },
      { gatewayId: "b", version: 0, counter: Number.NaN },
    ];
    expect(verifyTwins(expected, stored)).toEqual({ checked: 2, messages: 3, wrong: [] });
  });

  it.each([
    ["a lost message", { gatewayId: "a", version: 2, counter: SEQ_BASE + 3 }],
    ["a message applied twice", { gatewayId: "a", version: 4, counter: SEQ_BASE + 3 }],
    ["an older value that won", { gatewayId: "a", version: 3, counter: SEQ_BASE + 2 }],
    ["another gateway's twin", { gatewayId: "b", version: 3, counter: SEQ_BASE + 3 }],
  ])("finds %s", (_name, stored) => {
    expect(verifyTwins([{ gatewayId: "a", messages: 3 }], [stored]).wrong).toHaveLength(1);
  });
});
