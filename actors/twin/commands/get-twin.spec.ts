import { expect, test } from "vitest";
import { after, report, step, update } from "../../../test/helpers/twin-builders.ts";
import { EMPTY_TWIN } from "../state.ts";

test("the twin with versions, times and the delta; reading changes nothing", () => {
  const state = after(update({ a: 1, b: { c: 2 } }), report({ a: 1 }), report({ d: [1] }));
  const decision = step(state, { name: "getTwin", params: {} });
  expect(decision.reply).toEqual({
    gatewayId: "gw-1",
    version: 3,
    desired: { state: { a: 1, b: { c: 2 } }, version: 1, updateTime: 1, times: 1 },
    reported: { state: { a: 1, d: [1] }, version: 2, updateTime: 3, times: { a: 2, d: 3 } },
    delta: { b: { c: 2 } },
  });
  expect(decision.state).toBe(state);
});

test("a gateway that was never heard of has an empty twin of version 0", () => {
  const section = { state: {}, version: 0, updateTime: 0, times: 0 };
  expect(step(EMPTY_TWIN, { name: "getTwin", params: {} }).reply).toEqual({
    gatewayId: "gw-1",
    version: 0,
    desired: section,
    reported: section,
    delta: {},
  });
});
