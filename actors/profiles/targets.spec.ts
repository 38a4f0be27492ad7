import { describe, expect, test } from "vitest";
import { intended, isMeant, isSettled, type TargetState, targetOf } from "./targets.ts";

const layer = (profileId: string, revision = 1) => ({ profileId, revision });
const target = (profileId: string, state: TargetState, revision = 1) =>
  targetOf("gw-1", layer(profileId, revision), state);

describe("nothing is to be done", () => {
  test("where all layers are applied and no others are there", () => {
    expect(isSettled([], [])).toBe(true);
    expect(isSettled([layer("a"), layer("b")], [target("b", "APPLIED"), target("a", "APPLIED")])).toBe(true);
  });

  test.each([
    ["one is missing", [layer("a")], []],
    ["one is there that should not", [], [target("a", "APPLIED")]],
    ["one is of another revision", [layer("a", 2)], [target("a", "APPLIED")]],
    ["one was refused", [layer("a")], [target("a", "REFUSED")]],
    ["one is not known to be there", [layer("a")], [target("a", "PENDING")]],
    ["one is leaving", [], [target("a", "LEAVING")]],
  ])("but not when %s", (_, layers, targets) => expect(isSettled(layers, targets)).toBe(false));
});

test("what is meant is written first: what is new, and what shall leave", () => {
  const before = [target("kept", "APPLIED"), target("old", "APPLIED"), target("gone", "REFUSED")];
  expect(intended("gw-1", [layer("kept"), layer("old", 2), layer("new")], before)).toEqual([
    target("old", "PENDING", 2),
    target("new", "PENDING"),
    target("gone", "LEAVING"),
  ]);
});

test("layers are meant when they are just those that shall be there", () => {
  const targets = [target("a", "PENDING"), target("b", "APPLIED"), target("c", "LEAVING")];
  expect(isMeant([layer("a"), layer("b")], targets)).toBe(true);
  expect(isMeant([layer("a")], targets)).toBe(false);
  expect(isMeant([layer("a"), layer("b", 2)], targets)).toBe(false);
  expect(isMeant([layer("a"), layer("c")], targets)).toBe(false);
  expect(isMeant([layer("a")], [])).toBe(false);
});
