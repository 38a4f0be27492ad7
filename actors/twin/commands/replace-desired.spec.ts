import { expect, test } from "vitest";
import { after, replace, report, sectionOf, step, update } from "../../../test/helpers/twin-builders.ts";
import { EMPTY_TWIN } from "../state.ts";
import { leafTimes } from "../times.ts";

// what it shares with the other ways of changing desired: see change-desired.spec.ts
const before = after(update({ a: 1, b: { c: 2 } }), report({ a: 1 }));

test("it removes what it does not name; the event is the patch that does it", () => {
  const { state, events } = step(before, replace({ b: { d: 1 } }), 9);
  expect(state.desired.state).toEqual({ b: { d: 1 } });
  expect(leafTimes(state.desired.times, state.desired.state)).toEqual({ b: { d: 9 } });
  expect(events).toMatchObject([{ patch: { a: null, b: { c: null, d: 1 } } }]);
});

test("a null member is an absent one, but stays in arrays", () => {
  const { state } = step(before, replace({ a: null, b: { c: null, d: [null, { e: null }] } }));
  expect(state.desired.state).toEqual({ b: { d: [null, { e: null }] } });
  expect(step(before, replace({ a: 1, b: { c: 2, x: null }, y: null })).state).toBe(before);
});

test("a full section can be replaced by another full one", () => {
  const { state } = step(EMPTY_TWIN, replace(sectionOf(65_536)));
  const other = { other: "y".repeat(65_536 - '{"other":""}'.length) };
  expect(step(state, replace(other)).state.desired.state).toEqual(other);
});
