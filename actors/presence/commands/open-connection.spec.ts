import { expect, test } from "vitest";
import {
  after,
  changes,
  close,
  connection,
  flapping,
  open,
  SILENCE,
  step,
} from "../../../test/helpers/presence-builders.ts";
import { EMPTY_PRESENCE, REMEMBERED_CLOSED_MS } from "../state.ts";

const ids = ({ connections }: { connections: readonly { sessionId: string }[] }) =>
  connections.map(({ sessionId }) => sessionId);

test("the first connection: it is online, and has to be heard within one and a half keep-alives", () => {
  const { state, events, timers, reply } = step(EMPTY_PRESENCE, open("a"), 5000);
  expect(events).toEqual([
    { type: "presence.connection.opened", connection: connection("a") },
    { type: "presence.changed", from: "UNKNOWN", to: "ONLINE", reason: "connected" },
  ]);
  expect(timers).toEqual([{ name: "keepAlive", at: 5000 + SILENCE }]);
  expect(state).toMatchObject({ state: "ONLINE", sinceTime: 5000, connections: [connection("a")] });
  expect(reply).toBeNull();
});

test("the same word again changes nothing", () => {
  const before = after(open("a"));
  expect(step(before, open("a"), 9000)).toEqual({ reply: null, state: before });
});

test("another keep-alive of an open connection counts from now on, without anybody being told", () => {
  const { state, events, timers } = step(after(open("a"), open("b")), open("a", 600_000), 9000);
  expect(events).toEqual([{ type: "presence.connection.opened", connection: connection("a", 600_000) }]);
  expect(timers).toEqual([{ name: "keepAlive", at: 9000 + 910_000 }]);
  expect(ids(state)).toEqual(["a", "b"]);
  expect(state.reconnects).toEqual(after(open("a"), open("b")).reconnects);
});

test.each(["lost", "stopped"] as const)("it comes back in the grace after %s: online at once", (reason) => {
  const step2 = step(after(open("a"), close("a", reason)), open("b"), 4000);
  expect(changes(step2)).toEqual(["SUSPECT>ONLINE connected"]);
  expect(step2.timers).toEqual([
    { name: "keepAlive", at: 4000 + SILENCE },
    { name: "grace", at: null },
  ]);
  expect(step2.state.ended).toBeUndefined();
});

test("what was closed stays closed, however often a late word says that it is open", () => {
  const before = after(open("a"), close("a", "left"));
  expect(step(before, open("a"), 9000).state).toBe(before);
  const never = after(close("b", "left"));
  expect(step(never, open("b"), 9000).state).toBe(never);
});

test("the memory of closed connections is bounded in number and time", () => {
  const many = Array.from({ length: 20 }, (_, i) => [open(`s${i}`), close(`s${i}`)]).flat();
  expect(after(...many).closed.map(([id]) => id)).toEqual(Array.from({ length: 16 }, (_, i) => `s${i + 4}`));
  const later = step(after(open("a"), close("a"), open("b")), close("b"), 3000 + REMEMBERED_CLOSED_MS);
  expect(later.state.closed.map(([id]) => id)).toEqual(["b"]);
});

test("beyond eight the oldest is given up, and a later word of it changes nothing", () => {
  const eight = after(...Array.from({ length: 8 }, (_, i) => open(`s${i}`)));
  const { state, events } = step(eight, open("s8"), 60_000);
  expect(events?.map(({ type }) => type)).toEqual([
    "presence.connection.closed",
    "presence.connection.opened",
  ]);
  expect(ids(state)).toEqual(["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"]);
  expect(step(state, open("s0"), 61_000).state).toBe(state);
});

test("a broker's connection opens again under the same id, and takes the place of the anonymous one", () => {
  const again = step(after(open("broker:b1"), close("broker:b1")), open("broker:b1"), 5000);
  expect(changes(again)).toEqual(["SUSPECT>ONLINE connected"]);
  const named = step(after(open("broker:")), open("broker:b1"), 5000).state;
  expect(ids(named)).toEqual(["broker:b1"]);
  expect(named.reconnects).toEqual([]);
});

test("a broker's connection of a new power-on takes the place of the last one, which had no will, and counts as a reconnect", () => {
  const back = after(open("s1"), open("broker:b1"), open("broker:b2"));
  expect(ids(back)).toEqual(["s1", "broker:b2"]);
  expect(back.reconnects.map(([, count]) => count)).toEqual([2]);
  const gone = step(after(open("broker:b1"), open("broker:b2")), close("broker:b2"), 9000);
  expect(changes(gone)).toEqual(["ONLINE>SUSPECT lost"]);
});

test("the anonymous one opens only when nothing else is open", () => {
  const before = after(open("broker:b1"));
  expect(step(before, open("broker:", 0), 5000).state).toBe(before);
  const { timers } = step(EMPTY_PRESENCE, open("broker:", 0), 5000);
  expect(timers).toEqual([{ name: "keepAlive", at: 5000 + 610_000 }]);
});

test("a flapping gateway that is back before its grace is over was never away for people", () => {
  const { state } = step(flapping(), close("s5"), 20_000);
  const back = step(state, open("s6"), 70_000);
  expect(changes(back)).toEqual([]);
  expect(back.timers).toContainEqual({ name: "grace", at: null });
});
