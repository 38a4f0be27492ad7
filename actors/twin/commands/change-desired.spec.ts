import { expect, test } from "vitest";
import {
  after,
  expectRefused,
  jsonPatch,
  nested,
  replace,
  report,
  sectionOf,
  step,
  update,
} from "../../../test/helpers/twin-builders.ts";
import type { TwinCommand } from "../contract.ts";
import { EMPTY_TWIN } from "../state.ts";
import { leafTimes } from "../times.ts";
import { viewOf } from "../view.ts";

const before = after(update({ a: 1, b: { c: 2 } }), report({ a: 1 }));

type More = Parameters<typeof update>[1];

/** The three ways to make desired `{a: 5, b: {c: 2}}`. */
const WAYS: [string, (more?: More) => TwinCommand][] = [
  ["updateDesired", (more) => update({ a: 5, x: null }, more)],
  ["replaceDesired", (more) => replace({ a: 5, b: { c: 2 } }, more)],
  ["patchDesired", (more) => jsonPatch([{ op: "replace", path: "/a", value: 5 }], more)],
];

test.each(WAYS)("%s: the event holds the minimal patch and who, why and by which request", (_, way) => {
  const { events } = step(before, way({ by: "bob", reason: "why", requestId: "r1", expectedVersion: 2 }));
  const provenance = { by: "bob", reason: "why", requestId: "r1" };
  const sync = { state: "open", desiredVersion: 2 };
  const change = { type: "twin.desired.updated", patch: { a: 5 }, versions: [3, 2], sync };
  expect(events).toEqual([{ ...change, ...provenance }]);
  expect(step(before, way()).events).toEqual([{ ...change, by: "ann" }]);
});

test.each(WAYS)("%s: versions, time and leaf times; the reply is the twin afterwards", (_, way) => {
  const { state, reply } = step(before, way(), 50);
  expect(state).toMatchObject({
    version: 3,
    desired: { version: 2, updateTime: 50 },
    reported: { version: 1 },
  });
  expect(state.desired.state).toEqual({ a: 5, b: { c: 2 } });
  expect(leafTimes(state.desired.times, state.desired.state)).toEqual({ a: 50, b: { c: 1 } });
  expect(reply).toEqual(viewOf("gw-1", state));
  expect(reply).toMatchObject({ gatewayId: "gw-1", version: 3, delta: { a: 5, b: { c: 2 } } });
});

test.each(WAYS)("%s: the gateway gets its delta, with the version of desired", (_, way) => {
  const payload = { version: 2, state: { a: 5, b: { c: 2 } }, ts: 50 };
  expect(step(before, way(), 50).downlinks).toEqual([{ gatewayId: "gw-1", topic: "delta", payload }]);
});

test.each(WAYS)("%s: a change that the gateway has already is not sent", (_, way) => {
  const { state } = step(before, report({ a: 5, b: { c: 2 } }));
  const { downlinks, events } = step(state, way());
  expect(events).toHaveLength(1);
  expect(downlinks).toEqual([]);
});

test.each(WAYS)("%s: what changes nothing makes no event, no version and no downlink", (_, way) => {
  const { state } = step(before, way());
  const again = step(state, way({ expectedVersion: 3 }));
  expect(again.state).toBe(state);
  expect(again.events ?? []).toEqual([]);
  expect(again.downlinks ?? []).toEqual([]);
  expect(again.reply).toEqual(viewOf("gw-1", state));
});

test.each(WAYS)("%s: only at the expected version", (_, way) => {
  for (const expectedVersion of [0, 1, 3]) {
    const data = { expectedVersion, currentVersion: 2 };
    expectRefused(() => step(before, way({ expectedVersion })), "VERSION_MISMATCH", data);
  }
  expect(step(before, way({ expectedVersion: 2 })).state.version).toBe(3);
});

test.each(WAYS)("%s: a repeated request is applied once, whatever came in between", (_, way) => {
  const first = step(before, way({ requestId: "r1", expectedVersion: 2 })).state;
  const { state } = step(first, update({ a: 99 }));
  const again = step(state, way({ requestId: "r1", expectedVersion: 2 }));
  expect(again.state).toBe(state);
  expect(again.events ?? []).toEqual([]);
  expect(again.downlinks ?? []).toEqual([]);
  expect(again.reply).toEqual(viewOf("gw-1", state));
});

test("the last 16 request ids are known", () => {
  const ids = Array.from({ length: 17 }, (_, index) => `r${index}`);
  const state = after(...ids.map((requestId, index) => update({ a: index }, { requestId })));
  expect(state.requests).toEqual(ids.slice(1));
  for (const requestId of ids.slice(1))
    expect(step(state, update({ a: "x" }, { requestId })).state).toBe(state);
  expect(step(state, update({ a: "x" }, { requestId: "r0" })).state.desired.state).toEqual({ a: "x" });
});

test("a refused request is not remembered: mended, it is applied", () => {
  const requestId = "r1";
  expectRefused(() => step(before, update(nested(17), { requestId })), "TOO_DEEP");
  expectRefused(() => step(before, update({ a: 2 }, { requestId, expectedVersion: 7 })), "VERSION_MISMATCH");
  expect(step(before, update({ a: 2 }, { requestId })).state.desired.state).toEqual({ a: 2, b: { c: 2 } });
});

test.each<[string, (state: ReturnType<typeof nested>) => TwinCommand]>([
  ["updateDesired", update],
  ["replaceDesired", replace],
])("%s: the limits of a section, to the byte", (_, way) => {
  expect(step(EMPTY_TWIN, way(sectionOf(65_536))).state.desired.state).toEqual(sectionOf(65_536));
  const size = { section: "desired", size: 65_537, limit: 65_536 };
  expectRefused(() => step(EMPTY_TWIN, way(sectionOf(65_537))), "SECTION_TOO_LARGE", size);
  expect(step(EMPTY_TWIN, way(nested(16))).state.desired.state).toEqual(nested(16));
  expectRefused(() => step(EMPTY_TWIN, way(nested(17))), "TOO_DEEP", { limit: 16 });
  expectRefused(() => step(EMPTY_TWIN, way({ ["k".repeat(257)]: 1 })), "KEY_TOO_LONG", { limit: 256 });
  expectRefused(() => step(EMPTY_TWIN, way({ a: "\ud83d" })), "INVALID_ARGUMENT");
});
