import { expect, test } from "vitest";
import {
  changed,
  configAfter,
  configStep,
  presence,
  removed,
  runAttempts,
  traffic,
} from "../../../test/helpers/config-builders.ts";
import { EMPTY_CONFIG, phaseOf } from "../state.ts";

const refused = [{ path: "/a", code: 400, text: "too hot" }];
const types = ({ events }: { readonly events: readonly { readonly type: string }[] }) =>
  events.map(({ type }) => type);

test("the twin has told the gateway: it is given time, and nothing is sent", () => {
  const { state, timers, downlinks, events } = configStep(
    EMPTY_CONFIG,
    changed(1, "open", { time: 900 }),
    1000,
  );
  expect(phaseOf(state)).toBe("DELIVERING");
  expect(state).toMatchObject({ outOfSyncSince: 900, attempts: 0 });
  const [{ at } = { at: 0 }] = timers;
  expect(at).toBeGreaterThanOrEqual(6000);
  expect(at).toBeLessThanOrEqual(11_000);
  expect(state.nextAttemptTime).toBe(at);
  expect(downlinks).toEqual([]);
  expect(events).toEqual([expect.objectContaining({ phases: [null, "DELIVERING"] })]);
});

test("in sync after that: the attempt is dropped, and it is told how long it took by the twin's clock", () => {
  const open = configAfter([1000, changed(1, "open", { time: 900 })]);
  const { state, timers, events } = configStep(open, changed(1, "synced", { order: 2, time: 950 }), 5000);
  expect(timers).toEqual([{ name: "attempt", at: null }]);
  expect(state).toMatchObject({ outOfSyncSince: null, nextAttemptTime: null });
  expect(events).toEqual([
    expect.objectContaining({ type: "config.changed", phases: ["DELIVERING", "IN_SYNC"] }),
    { type: "config.converged", desiredVersion: 1, lagMs: 50, attempts: 0 },
  ]);
});

test("one word that stands for both costs one change, and tells the same", () => {
  const word = changed(2, "synced", { order: 5, time: 950, openSince: 900 });
  const { state, timers, events } = configStep(configAfter([1, changed(1, "synced")]), word);
  expect(events).toEqual([
    { type: "config.changed", set: { twin: expect.anything() } },
    { type: "config.converged", desiredVersion: 2, lagMs: 50, attempts: 0 },
  ]);
  expect(timers).toEqual([]);
  expect(configStep(state, word).events).toEqual([]);
});

test("a desired change that the gateway has reported already is no convergence", () => {
  expect(types(configStep(configAfter([1, changed(1, "synced")]), changed(2, "synced")))).toEqual([
    "config.changed",
  ]);
});

test("older words and copies change nothing; the same word at a later place neither", () => {
  const state = configAfter([1, changed(3, "open", { order: 30 })]);
  for (const word of [
    changed(2, "synced", { order: 29 }),
    changed(3, "open", { order: 30 }),
    changed(3, "open", { order: 31 }),
  ])
    expect(configStep(state, word, 2000).events).toEqual([]);
});

test("a new change begins anew; the gateway has been out of sync since the first", () => {
  const given = runAttempts(configAfter([1000, changed(1, "open", { time: 900 })])).state;
  expect(phaseOf(given)).toBe("FAILED");
  const { state } = configStep(given, changed(2, "open", { time: 9_000_000 }), 9_000_001);
  expect(phaseOf(state)).toBe("DELIVERING");
  expect(state).toMatchObject({ attempts: 0, failure: null, outOfSyncSince: 900 });
});

test("it refuses all: that is told once, and it is not asked again", () => {
  const { state, events, timers } = configStep(
    configAfter([1, changed(1, "open")]),
    changed(1, "refused", { order: 2, refused }),
  );
  expect(phaseOf(state)).toBe("FAILED");
  expect(events.at(-1)).toEqual({
    type: "config.failed",
    severity: "WARNING",
    reason: "REFUSED",
    desiredVersion: 1,
    attempts: 0,
    refused,
  });
  expect(timers).toEqual([{ name: "attempt", at: null }]);
  const more = [...refused, { path: "/b", code: 500, text: "no" }];
  expect(types(configStep(state, changed(1, "refused", { order: 3, refused: more })))).toEqual([
    "config.changed",
  ]);
  expect(types(configStep(state, changed(2, "refused", { order: 4, refused })))).toContain("config.failed");
});

test("it refuses some: the others go on being delivered", () => {
  const before = configAfter([1, changed(1, "open")]);
  const { state, timers } = configStep(before, changed(1, "open", { order: 2, refused }));
  expect(phaseOf(state)).toBe("DELIVERING");
  expect(timers).toEqual([]);
  expect(runAttempts(state).times).toHaveLength(8);
});

test("it takes its refusal back: it is told again", () => {
  const { state } = configStep(
    configAfter([1, changed(1, "refused", { refused })]),
    changed(1, "open", { order: 2 }),
  );
  expect(phaseOf(state)).toBe("DELIVERING");
});

test("to a gateway that is away nothing is planned", () => {
  const { state, timers } = configStep(configAfter([1, presence(1, false)]), changed(1, "open"));
  expect(phaseOf(state)).toBe("PENDING");
  expect(timers).toEqual([]);
});

test("one that has not said anything yet is waited for; after its first word it is told", () => {
  const unheard = configStep(EMPTY_CONFIG, changed(1, "open", { time: 900, neverHeard: true }), 1000);
  expect(phaseOf(unheard.state)).toBe("PENDING");
  expect(unheard.timers).toEqual([]);
  const { state, timers, downlinks } = configStep(unheard.state, changed(1, "open", { order: 2 }), 60_000);
  expect(phaseOf(state)).toBe("DELIVERING");
  expect(state.outOfSyncSince).toBe(900);
  expect(timers[0]?.at).toBeGreaterThanOrEqual(65_000);
  expect(downlinks).toEqual([]);
});

test("the twin of another gateway of the same id begins at its own versions", () => {
  const old = configAfter([1, changed(9, "open", { order: 90 })], [2, traffic(100, 50)]);
  const word = changed(1, "open", { order: 95, time: 5000, isAnother: true });
  const { state } = configStep(old, word, 5001);
  expect(state).toMatchObject({ outOfSyncSince: 5000, sent: 0, saved: 0, twin: { desiredVersion: 1 } });
  expect(configStep(state, word, 6000).events).toEqual([]);
  const after = configAfter([1, changed(9, "open", { order: 90 })], [2, removed(93)], [3, word]);
  expect(after).toMatchObject({ outOfSyncSince: 5000, twin: { desiredVersion: 1 } });
});
