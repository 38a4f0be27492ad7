import { expect, test } from "vitest";
import type { Change, DeliveredRow } from "../../actors/runtime/ports.ts";
import { partsOf } from "./row-parts.ts";

const change = (actorId: string, bytes: number): Change => ({
  actorId,
  time: 1,
  events: ["x".repeat(bytes)],
});
const rowOf = (changes: Change[]) => ({ type: "twin", partition: 1, pos: 7, epoch: 1, changes });
const LIMITS = { cutAbove: 1000, refuseAbove: 2000 };

test("a large row is cut between its changes, and each part says where it begins", () => {
  const changes = [change("a", 600), change("b", 600), change("c", 100), change("d", 100)];
  const parts = partsOf(rowOf(changes), LIMITS);
  const rows = parts.map(({ text }) => JSON.parse(text) as DeliveredRow);
  expect(parts.map(({ key }) => key)).toEqual(["twin/1/7/0", "twin/1/7/1"]);
  expect(rows.map(({ first }) => first)).toEqual([0, 1]);
  expect(rows.flatMap((row) => row.changes)).toEqual(changes);
});

test("a change that no message can carry is told about in its place and does not hold up the others", () => {
  const parts = partsOf(rowOf([change("a", 10), change("b", 5000), change("c", 10)]), LIMITS);
  const changes = parts.flatMap(({ text }) => (JSON.parse(text) as DeliveredRow).changes);
  expect(changes.map(({ actorId }) => actorId)).toEqual(["a", "b", "c"]);
  expect(changes[1]?.deadLetter?.error).toContain("raise max_payload");
});
