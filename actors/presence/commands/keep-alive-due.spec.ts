import { expect, test } from "vitest";
import {
  after,
  changes,
  GRACE,
  keepAliveDue,
  open,
  SILENCE,
  step,
} from "../../../test/helpers/presence-builders.ts";
import { EMPTY_PRESENCE } from "../state.ts";

const online = after(open("a"));
const postponed = (at: number) => ({ postponed: [{ name: "keepAlive", at }], reply: null, state: online });

test("heard meanwhile: the deadline is put off, and nothing is committed", () => {
  expect(step(online, keepAliveDue(90_000), 101_000)).toEqual(postponed(90_000 + SILENCE));
});

test("silent for one and a half keep-alives and the slack: suspect, and offline after the grace", () => {
  const due = 90_000 + SILENCE;
  expect(step(online, keepAliveDue(90_000), due - 1).events).toBeUndefined();
  const silent = step(online, keepAliveDue(90_000), due);
  expect(changes(silent)).toEqual(["ONLINE>SUSPECT silent"]);
  expect(silent.timers).toContainEqual({ name: "grace", at: due + GRACE });
  expect(silent.state.connections).toEqual([]);
});

test("after a claim the owner, which has heard nothing yet, waits for a whole keep-alive from there on", () => {
  const claimed = 1_000_000;
  expect(step(online, keepAliveDue(null), claimed + 5, claimed)).toEqual(postponed(claimed + SILENCE));
  expect(step(online, keepAliveDue(17), claimed + 5, claimed)).toEqual(postponed(claimed + SILENCE));
  expect(changes(step(online, keepAliveDue(null), claimed + SILENCE, claimed))).toEqual([
    "ONLINE>SUSPECT silent",
  ]);
});

test("times of the future, from before the clock was set back, count as now", () => {
  expect(step(online, keepAliveDue(9_000_000), 200_000)).toEqual(postponed(200_000 + SILENCE));
  expect(step(online, keepAliveDue(null), 200_000, 9_000_000)).toEqual(postponed(200_000 + SILENCE));
});

test("the most patient connection counts", () => {
  const both = after(open("a", 600_000), open("b"));
  expect(step(both, keepAliveDue(2000), 200_000).postponed).toEqual([{ name: "keepAlive", at: 912_000 }]);
});

test("one that was taken for gone by mistake is online again with the next word of its edge", () => {
  const { state } = step(online, keepAliveDue(null), 300_000);
  expect(changes(step(state, open("a"), 301_000))).toEqual(["SUSPECT>ONLINE connected"]);
});

test("nothing is open: nothing is missed", () => {
  expect(step(EMPTY_PRESENCE, keepAliveDue(null), 300_000)).toEqual({ reply: null, state: EMPTY_PRESENCE });
});
