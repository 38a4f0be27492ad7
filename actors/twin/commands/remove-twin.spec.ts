import { expect, test } from "vitest";
import { after, hello, report, step, twin, update } from "../../../test/helpers/twin-builders.ts";
import type { TwinCommand } from "../contract.ts";
import { EMPTY_TWIN } from "../state.ts";

const remove: TwinCommand = { name: "removeTwin", params: { by: "ann" } };

test("nothing is left: states, versions, boots, request ids", () => {
  const before = after(update({ a: 1 }, { requestId: "r1" }), report({ b: 1 }, { boot: "b1", seq: 5 }));
  const { state, events } = step(before, remove);
  expect(events).toEqual([{ type: "twin.removed", by: "ann" }]);
  expect(twin.isEmpty(state)).toBe(true);
  expect(step(state, report({ b: 1 }, { boot: "b1", seq: 5 })).state.version).toBe(1);
  expect(step(state, update({ a: 1 }, { requestId: "r1" })).state.version).toBe(1);
});

test("removing an empty twin makes no event", () => {
  expect(step(EMPTY_TWIN, remove)).toMatchObject({ events: [], reply: null, state: EMPTY_TWIN });
});

test("a twin that only knows a boot is not empty", () => {
  expect(twin.isEmpty(after(hello({ boot: "b1" })))).toBe(false);
  expect(twin.isEmpty(after())).toBe(true);
});
