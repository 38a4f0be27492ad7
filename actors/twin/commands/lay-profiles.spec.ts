import { expect, test } from "vitest";
import {
  after,
  expectRefused,
  jsonPatch,
  lay,
  layer,
  nested,
  replace,
  report,
  sectionOf,
  step,
  update,
} from "../../../test/helpers/twin-builders.ts";
import { EMPTY_TWIN } from "../state.ts";
import { viewOf } from "../view.ts";

const BASE = layer("base", { a: 1, b: { c: 1, d: 1 } });
const SITE = layer("site", { b: { c: 2 }, e: 2 }, { priority: 5 });

test("desired is what they make together, the higher priority and the gateway's own values winning", () => {
  const { state, events, downlinks, reply } = step(after(update({ a: 9 })), lay(SITE, BASE), 50);
  expect(state.desired).toMatchObject({ state: { a: 9, b: { c: 2, d: 1 }, e: 2 }, version: 2 });
  expect(events).toMatchObject([
    { type: "twin.profiles.laid", layers: [BASE, SITE] },
    {
      type: "twin.desired.updated",
      patch: { b: { c: 2, d: 1 }, e: 2 },
      own: {},
      by: "config-profiles",
      versions: [2, 2],
      sync: { state: "open", desiredVersion: 2 },
    },
  ]);
  expect(downlinks).toMatchObject([{ topic: "delta", payload: { version: 2, state: { a: 9, e: 2 } } }]);
  expect(reply).toEqual(viewOf("gw-1", state));
});

test("the same set changes nothing; another revision of the same values no version", () => {
  const before = after(lay(BASE, SITE));
  expect(step(before, lay(SITE, BASE))).toMatchObject({ state: before, reply: viewOf("gw-1", before) });
  expect(step(before, lay(SITE, BASE)).events ?? []).toEqual([]);
  const { state, events, downlinks } = step(before, lay(SITE, { ...BASE, revision: 2 }));
  expect(events).toMatchObject([{ type: "twin.profiles.laid" }]);
  expect(state.version).toBe(before.version);
  expect(downlinks ?? []).toEqual([]);
});

test("without profiles the gateway's own values are left, and nothing is kept of the others", () => {
  const { state } = step(after(update({ a: 9, x: 1 }), lay(BASE, SITE)), lay());
  expect(state.desired.state).toEqual({ a: 9, x: 1 });
  expect(state).not.toHaveProperty("profiles");
  expect(step(EMPTY_TWIN, lay()).state).toBe(EMPTY_TWIN);
});

test("a null of theirs means absent", () => {
  const { state } = step(
    after(lay(BASE)),
    lay(BASE, layer("x", { a: null, b: { c: null } }, { priority: 9 })),
  );
  expect(state.desired.state).toEqual(BASE.desired);
});

test("the limits of a section hold for what they make together", () => {
  const half = layer("half", sectionOf(40_000));
  const other = layer("other", { other: "x".repeat(40_000) });
  const before = after(lay(half));
  expectRefused(() => step(before, lay(half, other)), "SECTION_TOO_LARGE", { section: "desired" });
  expectRefused(() => step(before, lay(layer("deep", nested(17)))), "TOO_DEEP");
  expect(step(before, lay(layer("deep", nested(16)))).state.desired.state).toEqual(nested(16));
  const shadowed = ["a", "b", "c", "d", "e"].map((id) => layer(id, sectionOf(60_000)));
  expect(step(before, lay(...shadowed.slice(1))).state.desired.state).toEqual(sectionOf(60_000));
  expectRefused(() => step(before, lay(...shadowed)), "PAYLOAD_TOO_LARGE", { limit: 262_144 });
});

// the gateway's own values over profiles
const laid = after(lay(BASE, SITE));

test("a change is one of its own values; the patch says what becomes of desired", () => {
  const { state, events } = step(laid, update({ a: 5, b: { c: 5 } }));
  expect(state.desired.state).toEqual({ a: 5, b: { c: 5, d: 1 }, e: 2 });
  expect(state.profiles?.own).toEqual({ a: 5, b: { c: 5 } });
  expect(events).toMatchObject([{ patch: { a: 5, b: { c: 5 } }, by: "ann" }]);
  expect(events?.[0]).not.toHaveProperty("own");
});

test("one taken away lets the profile's show", () => {
  const { state, events } = step(step(laid, update({ a: 5, x: 1 })).state, update({ a: null, x: null }));
  expect(state.desired.state).toEqual(laid.desired.state);
  expect(events).toMatchObject([{ patch: { a: 1, x: null }, own: { a: null, x: null } }]);
});

test("a profile's value cannot be taken away, and what is not its own not be patched", () => {
  expect(step(laid, update({ a: null })).state).toBe(laid);
  expectRefused(() => step(laid, jsonPatch([{ op: "remove", path: "/a" }])), "INVALID_PATCH");
  expect(step(laid, jsonPatch([{ op: "add", path: "/a", value: 7 }])).state.desired.state.a).toBe(7);
});

test("a value as the profile has it is its own from now on", () => {
  const { state, events } = step(laid, update({ a: 1 }));
  expect(events).toMatchObject([{ patch: {}, own: { a: 1 }, versions: [2, 2] }]);
  expect(step(state, lay()).state.desired.state).toEqual({ a: 1 });
});

test("replacing replaces its own values", () => {
  const { state } = step(step(laid, update({ a: 5, x: 1 })).state, replace({ e: 9 }));
  expect(state.desired.state).toEqual({ a: 1, b: { c: 2, d: 1 }, e: 9 });
  expect(state.profiles?.own).toEqual({ e: 9 });
});

test("what a profile changes is asked for again, though the gateway had refused it", () => {
  const refusing = step(laid, report({ a: { value: 0, code: 400, version: 1 }, b: { c: 2, d: 1 }, e: 2 }));
  expect(refusing.events).toMatchObject([{ sync: { state: "refused" } }]);
  const { downlinks } = step(refusing.state, lay(layer("base", { a: 2, b: { c: 1, d: 1 } }), SITE));
  expect(downlinks).toMatchObject([{ payload: { version: 2, state: { a: 2 } } }]);
});

test("the view says where each value comes from", () => {
  const state = after(lay(BASE, SITE), update({ a: 9, b: { own: { x: 1 } } }));
  expect(viewOf("gw-1", state).desired.sources).toEqual({
    a: "gateway",
    b: { c: "configProfiles/site", d: "configProfiles/base", own: { x: "gateway" } },
    e: "configProfiles/site",
  });
  expect(viewOf("gw-1", after(update({ a: 9 }))).desired).not.toHaveProperty("sources");
});
