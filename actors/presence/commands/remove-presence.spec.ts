import { expect, test } from "vitest";
import { after, close, open, presence, remove, step } from "../../../test/helpers/presence-builders.ts";
import { EMPTY_PRESENCE } from "../state.ts";

test("nothing stays: no state, no timer", () => {
  const { events, timers, state } = step(after(open("a"), close("a")), remove, 9000);
  expect(events).toEqual([{ type: "presence.removed", from: "SUSPECT" }]);
  expect(timers).toEqual([
    { name: "keepAlive", at: null },
    { name: "grace", at: null },
  ]);
  expect(presence.isEmpty(state)).toBe(true);
});

test("of what is not there nothing is told", () => {
  expect(step(EMPTY_PRESENCE, remove, 9000)).toEqual({ reply: null, state: EMPTY_PRESENCE });
});
