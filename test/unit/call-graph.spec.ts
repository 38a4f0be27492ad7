import { expect, test } from "vitest";
import { circleIn, drawing, serviceCalls, strayCallers } from "../helpers/call-graph.ts";

const calls = serviceCalls();
const shown = calls.map(({ from, action }) => `${from} -> ${action}`);

/**
 * Calls back to who may have called. None of them goes on to a third service, so that nobody waits for itself; a new
 * one needs a better reason than that: an event, or another service that both call, needs none.
 */
const BACKWARD = [
  // A deleted gateway has no twin any more when the answer comes; the twin needs nobody for it.
  "gateways -> twins.remove",
  // Counts, now and then, for nobody who waits. A hint would lose them while config is away.
  "twins -> config.countTraffic",
  // The way down to a gateway ends there.
  "twins -> mqtt-front.deliver",
  "twins -> mqtt-bridge.deliver",
  "commands -> mqtt-front.deliver",
  "commands -> mqtt-bridge.deliver",
];

test("the calls are found", () => {
  expect(shown).toEqual(
    expect.arrayContaining(["twins -> gateways.get", "mqtt-front -> twins.ingest", "api -> twins.list"]),
  );
  expect(drawing(calls)).toContain("\n  journal --> gateways");
  expect(shown).toEqual(expect.arrayContaining(BACKWARD));
});

test("every call is one of a service, to a service that there is", () => {
  expect(strayCallers()).toEqual([]);
  expect(calls.filter(({ to }) => to.startsWith("nobody"))).toEqual([]);
});

test("services do not call each other in a circle", () => {
  const forward = calls.filter(({ from, action }) => !BACKWARD.includes(`${from} -> ${action}`));
  expect(circleIn(forward)).toBeUndefined();
});

test.each(BACKWARD)("%s would close a circle", (backward) => {
  const others = BACKWARD.filter((each) => each !== backward);
  expect(
    circleIn(calls.filter(({ from, action }) => !others.includes(`${from} -> ${action}`))),
  ).toBeDefined();
});

test("a circle is told of, with all who are in it", () => {
  const call = (from: string, to: string) => ({ from, to, action: `${to}.get` });
  expect(circleIn([call("x", "a"), call("a", "b"), call("b", "c"), call("c", "a")])).toEqual([
    "a",
    "b",
    "c",
    "a",
  ]);
  expect(circleIn([call("a", "b"), call("a", "c"), call("b", "c")])).toBeUndefined();
});
