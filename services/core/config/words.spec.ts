import { expect, test } from "vitest";
import type { Sync } from "../../../actors/config/contract.ts";
import type { DeliveredRow } from "../../../actors/runtime/ports.ts";
import { commandsOf } from "./words.ts";

type Sample = readonly [type: string, pos: number, ...events: readonly object[]];

/** One row per sample, all of one gateway; the row at `pos` was decided at `pos` tens of milliseconds. */
const told = (...samples: readonly Sample[]) =>
  commandsOf(
    samples.map(
      ([type, pos, ...events]): DeliveredRow => ({
        type,
        partition: 3,
        pos,
        epoch: 1,
        first: 0,
        changes: [{ actorId: "gw-1", time: pos * 10, events }],
      }),
    ),
  ).map(({ command }) => command);

const desired = (desiredVersion: number, state: Sync["state"]) => ({
  type: "twin.desired.updated",
  patch: {},
  versions: [desiredVersion, desiredVersion],
  sync: { desiredVersion, state },
  by: "ann",
});
const reported = (desiredVersion: number, state: Sync["state"]) => ({
  ...desired(desiredVersion, state),
  type: "twin.reported.updated",
});
const presence = (to: string) => ({ type: "presence.changed", from: "UNKNOWN", to, reason: "" });
const twinWord = (order: number, desiredVersion: number, state: Sync["state"], more: object = {}) => ({
  name: "twinChanged",
  params: { order, desiredVersion, sync: { state }, time: order * 10, ...more },
});

test("a twin's change is one word", () => {
  expect(told(["twin", 7, desired(3, "open")])).toEqual([twinWord(7, 3, "open")]);
});

test("of several the last is told, and since when it was open", () => {
  expect(
    told(["twin", 7, desired(3, "open")], ["twin", 8, desired(4, "open"), reported(4, "synced")]),
  ).toEqual([twinWord(8, 4, "synced", { openSince: 70 })]);
  expect(told(["twin", 7, desired(3, "synced")], ["twin", 8, desired(4, "open")])).toEqual([
    twinWord(8, 4, "open"),
  ]);
});

test("a removal is one word; what follows it is another twin's", () => {
  const removed = { type: "twin.removed", by: "ann" };
  expect(told(["twin", 7, desired(3, "open")], ["twin", 8, removed])).toEqual([
    { name: "twinRemoved", params: { order: 8 } },
  ]);
  expect(
    told(["twin", 8, removed], ["twin", 9, desired(1, "open")], ["twin", 10, reported(1, "synced")]),
  ).toEqual([twinWord(10, 1, "synced", { openSince: 90, isAnother: true })]);
});

test("what has nothing to do with desired tells nothing", () => {
  const plain = { type: "twin.reported.updated", patch: {}, versions: [1, 1] };
  expect(told(["twin", 1, plain], ["gateway", 2, { type: "gateway.deleted" }], ["twin", 3])).toEqual([]);
});

test.each([
  ["ONLINE", [{ name: "presenceChanged", params: { order: 5, isOnline: true } }]],
  ["OFFLINE", [{ name: "presenceChanged", params: { order: 5, isOnline: false } }]],
  // Nobody knows yet that it is gone.
  ["SUSPECT", []],
])("presence: %s", (to, commands) => {
  expect(told(["presence", 5, presence(to)])).toEqual(commands);
});

test("the last of presence and the last of the twin are both told; a removed presence is not known any more", () => {
  expect(
    told(
      ["presence", 5, presence("OFFLINE")],
      ["twin", 9, desired(1, "open")],
      ["presence", 6, presence("ONLINE"), presence("SUSPECT")],
    ),
  ).toEqual([twinWord(9, 1, "open"), { name: "presenceChanged", params: { order: 6, isOnline: true } }]);
  expect(told(["presence", 7, { type: "presence.removed", from: "ONLINE" }])).toEqual([
    { name: "presenceChanged", params: { order: 7, isOnline: null } },
  ]);
});
