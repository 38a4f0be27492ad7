import { describe, expect, it } from "vitest";
import type { DeliveredRow } from "../../../actors/runtime/ports.ts";
import { check, type Evidence } from "./checker.ts";

function rowOf(pos: number, epoch: number, ...seqs: number[]): DeliveredRow {
  const changes = seqs.map((seq) => ({
    actorId: "gw-1",
    time: 0,
    events: [{ type: "twin.reported.updated", boot: "b1", seq, patch: { seq }, versions: [seq, seq] }],
  }));
  return { type: "twin", partition: 0, pos, epoch, first: 0, changes };
}

const good: Evidence = {
  acknowledged: new Map([["gw-1", 3]]),
  inOrder: new Map([["gw-1", [1, 2, 3]]]),
  patched: [],
  twins: new Map([["gw-1", { seq: 3, version: 3, desired: {} }]]),
  rows: [rowOf(1, 1, 1), rowOf(2, 1, 2), rowOf(2, 1, 2), rowOf(3, 2, 3)],
  owners: new Map([["twin/0/1", new Set(["a"])]]),
};

describe("the checker", () => {
  it("finds nothing where all is well, though the bus got a row twice", () => {
    expect(check(good)).toEqual({ lost: [], doubled: [], broken: [] });
  });

  it.each<[string, Partial<Evidence>, RegExp]>([
    [
      "an update that is not there",
      { acknowledged: new Map([["gw-1", 4]]) },
      /^lost gw-1 was acknowledged 4/,
    ],
    [
      "an update that a later one hides",
      { rows: [rowOf(1, 1, 1), rowOf(2, 1, 3)] },
      /^lost gw-1 was acknowledged 2, which/,
    ],
    [
      "a patch that is not there",
      { patched: [{ gatewayId: "gw-1", key: "k1", value: 1 }] },
      /^lost the patch gw-1 k1=1/,
    ],
    ["an update committed twice", { rows: [...good.rows, rowOf(4, 2, 3)] }, /^doubled gw-1 b1\/3/],
    ["a gap", { rows: [rowOf(1, 1, 1), rowOf(3, 1, 2, 3)] }, /^broken twin\/0: position 3 after 1/],
    [
      "an older epoch after a newer one",
      { rows: [rowOf(1, 1, 1), rowOf(2, 2, 2), rowOf(3, 1, 3)] },
      /^broken twin\/0: epoch 1 at 3 after epoch 2/,
    ],
    ["two rows at one place", { rows: [...good.rows, rowOf(3, 1, 3)] }, /^broken two rows at twin\/0\/3\/0/],
    [
      "two owners of an epoch",
      { owners: new Map([["twin/0/1", new Set(["a", "b"])]]) },
      /^broken twin\/0\/1 \(type\/partition\/epoch\) had several owners: a, b/,
    ],
    ["a version left out", { rows: [rowOf(1, 1, 1), rowOf(2, 1, 3)] }, /^broken gw-1: version 3 .* after 1/],
  ])("finds %s", (_, change, problem) => {
    const { lost, doubled, broken } = check({ ...good, ...change });
    const all = Object.entries({ lost, doubled, broken }).flatMap(([kind, texts]) =>
      texts.map((text) => `${kind} ${text}`),
    );
    expect(all).toContainEqual(expect.stringMatching(problem));
  });
});
