import { expect, test } from "vitest";
import { after, report, step, update } from "../../../test/helpers/twin-builders.ts";
import { EMPTY_TWIN } from "../state.ts";

const state = after(update({ a: 1, b: { c: 2 } }), report({ a: 1, own: true }));

test.each([{ token: "t" }, {}])(
  "the gateway gets bare states, the delta, and its token if it gave one: %j",
  (params) => {
    const decision = step(state, { name: "sendTwin", params });
    const sections = {
      desired: { a: 1, b: { c: 2 } },
      reported: { a: 1, own: true },
      delta: { b: { c: 2 } },
    };
    expect(decision.reply).toEqual([{ topic: "twin", payload: { version: 2, ...sections, ...params } }]);
    expect(decision.state).toBe(state);
  },
);

test("of an empty twin too", () => {
  const payload = { version: 0, desired: {}, reported: {}, delta: {} };
  expect(step(EMPTY_TWIN, { name: "sendTwin", params: {} }).reply).toEqual([{ topic: "twin", payload }]);
});
