import { expect, test } from "vitest";
import { after, report, step, update } from "../../../test/helpers/twin-builders.ts";

// what it shares with the other ways of changing desired: see change-desired.spec.ts
const before = after(update({ a: 1, b: { c: 2 } }), report({ a: 1 }));

test("it merges: what the patch does not name stays", () => {
  expect(step(before, update({ b: { d: [1] } })).state.desired.state).toEqual({ a: 1, b: { c: 2, d: [1] } });
  expect(step(before, update({ a: { x: null } })).state.desired.state).toEqual({ a: {}, b: { c: 2 } });
});

test("what null removed is no longer wished for, and stays reported", () => {
  const { state, reply, downlinks } = step(
    after(update({ a: 1, b: 2 }), report({ a: 1 })),
    update({ a: null, b: null }),
  );
  expect(reply).toMatchObject({ delta: {}, desired: { state: {} } });
  expect(downlinks).toEqual([]);
  expect(state.reported.state).toEqual({ a: 1 });
});
