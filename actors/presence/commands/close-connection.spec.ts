import { expect, test } from "vitest";
import {
  after,
  changes,
  close,
  flapping,
  GRACE,
  graceDue,
  open,
  SILENCE,
  step,
} from "../../../test/helpers/presence-builders.ts";
import type { CloseReason } from "../../contracts/presence.ts";
import { EMPTY_PRESENCE } from "../state.ts";

test.each<[CloseReason, string, number | null]>([
  ["left", "OFFLINE", null],
  ["lost", "SUSPECT", GRACE],
  ["revoked", "SUSPECT", GRACE],
  ["stopped", "SUSPECT", SILENCE],
])("the last one ended, %s: %s", (reason, to, grace) => {
  const step1 = step(after(open("a")), close("a", reason), 5000);
  expect(changes(step1)).toEqual([`ONLINE>${to} ${reason}`]);
  expect(step1.timers).toEqual([
    { name: "keepAlive", at: null },
    { name: "grace", at: grace && 5000 + grace },
  ]);
  expect(step1.reply).toBe(true);
  expect(step1.state.sinceTime).toBe(5000);
});

test("the newer one that took over is told of by another edge, maybe later: nobody hears of a gap", () => {
  const taken = step(after(open("a")), close("a", "taken_over"), 5000);
  expect(changes(taken)).toEqual([]);
  expect(taken.timers).toContainEqual({ name: "grace", at: 5000 + GRACE });
  const back = step(taken.state, open("b"), 5001);
  expect(changes(back)).toEqual([]);
  expect(back.timers).toContainEqual({ name: "grace", at: null });
  expect(changes(step(taken.state, graceDue, 5000 + GRACE))).toEqual(["ONLINE>OFFLINE taken_over"]);
});

test("an edge that went away leaves its gateways a minute at least", () => {
  const { timers } = step(after(open("a", 5000)), close("a", "stopped"), 5000);
  expect(timers).toContainEqual({ name: "grace", at: 65_000 });
});

test("with another one open only the deadline moves", () => {
  const before = after(open("a"), open("b", 20_000));
  const { events, timers, state } = step(before, close("a", "taken_over"), 5000);
  expect(events).toEqual([{ type: "presence.connection.closed", sessionId: "a", reason: "taken_over" }]);
  expect(timers).toEqual([{ name: "keepAlive", at: 45_000 }]);
  expect(state).toMatchObject({ state: "ONLINE", connections: [{ sessionId: "b" }] });
});

test("the end of an old one, told late or twice, does not end the new one", () => {
  const before = after(open("a"), close("a"), open("b"));
  expect(step(before, close("a", "left"), 9000)).toEqual({ reply: false, state: before });
});

test("one that nobody had told of is remembered; the grace goes on as it was", () => {
  const suspect = after(open("a"), close("a"));
  const { events, timers, state, reply } = step(suspect, close("b", "left"), 9000);
  expect([events?.length, timers, reply]).toEqual([1, undefined, false]);
  expect(state).toMatchObject({ state: "SUSPECT", ended: suspect.ended });
});

test("of a gateway nobody ever heard of, it is as if the opening had been told before", () => {
  expect(changes(step(EMPTY_PRESENCE, close("a", "left"), 9000))).toEqual(["UNKNOWN>OFFLINE left"]);
  const lost = step(EMPTY_PRESENCE, close("a", "lost"), 9000);
  expect(changes(lost)).toEqual(["UNKNOWN>SUSPECT lost"]);
  expect(lost.timers).toContainEqual({ name: "grace", at: 9000 + GRACE });
  expect(step(lost.state, open("a"), 9001).state).toBe(lost.state);
});

test("the end of a deleted gateway's connection leaves nothing behind", () => {
  expect(step(EMPTY_PRESENCE, close("a", "revoked"), 9000)).toEqual({ reply: false, state: EMPTY_PRESENCE });
});

test("a broker's bye ends the power-on it names; of another one it changes nothing", () => {
  const before = after(open("broker:b2"));
  expect(step(before, close("broker:b1"), 9000)).toEqual({ reply: false, state: before });
  expect(changes(step(before, close("broker:b2"), 9000))).toEqual(["ONLINE>SUSPECT lost"]);
  expect(step(EMPTY_PRESENCE, close("broker:b1"), 9000).state).toBe(EMPTY_PRESENCE);
});

test("a flapping one stays online for a grace six times as long, unless it has left or its edge has stopped", () => {
  const lost = step(flapping(), close("s5"), 20_000);
  expect(changes(lost)).toEqual([]);
  expect(lost.timers).toContainEqual({ name: "grace", at: 20_000 + 6 * GRACE });
  expect(changes(step(flapping(), close("s5", "left"), 20_000))).toEqual(["ONLINE>OFFLINE left"]);
  const stopped = step(flapping(), close("s5", "stopped"), 20_000);
  expect(changes(stopped)).toEqual(["ONLINE>SUSPECT stopped"]);
  expect(stopped.events).toContainEqual(expect.objectContaining({ isFlapping: true }));
});
