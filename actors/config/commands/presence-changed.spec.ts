import { expect, test } from "vitest";
import {
  changed,
  configAfter,
  configStep,
  presence,
  runAttempts,
} from "../../../test/helpers/config-builders.ts";
import { EMPTY_CONFIG, phaseOf } from "../state.ts";

const delivering = configAfter([1000, changed(1, "open")]);
const away = configStep(delivering, presence(5, false), 2000).state;

test("it went away: no attempt is planned any more", () => {
  const { state, timers, downlinks } = configStep(delivering, presence(5, false), 2000);
  expect(phaseOf(state)).toBe("PENDING");
  expect(timers).toEqual([{ name: "attempt", at: null }]);
  expect(downlinks).toEqual([]);
});

test("it is back: the twin answers its hello first, then it is told from the first attempt on", () => {
  const tried = configStep(runAttempts(delivering).state, presence(5, false)).state;
  expect(phaseOf(tried)).toBe("FAILED");
  for (const before of [away, tried]) {
    const { state, timers, downlinks } = configStep(before, presence(6, true), 60_000);
    expect(phaseOf(state)).toBe("DELIVERING");
    expect(state).toMatchObject({ attempts: 0, failure: null });
    expect(downlinks).toEqual([]);
    expect(timers[0]?.at).toBeGreaterThanOrEqual(65_000);
  }
});

test("one that was given up, and comes before anybody noticed that it had gone, is told again", () => {
  const { state } = configStep(runAttempts(delivering).state, presence(6, true));
  expect(phaseOf(state)).toBe("DELIVERING");
});

test("one that refuses is not asked again because it is back", () => {
  const refusing = configAfter([1, changed(1, "refused")], [2, presence(5, false)]);
  const { state, events } = configStep(refusing, presence(6, true));
  expect(phaseOf(state)).toBe("FAILED");
  expect(events.map(({ type }) => type)).toEqual(["config.changed"]);
});

test.each<[string, Parameters<typeof configStep>[0], Parameters<typeof configStep>[1]]>([
  ["an older word", away, presence(4, true)],
  ["a copy", away, presence(5, false)],
  [
    "that it is there, in sync, when nobody had said otherwise",
    configAfter([1, changed(1, "synced")]),
    presence(9, true),
  ],
  ["that it is there, while it is being told", delivering, presence(9, true)],
  ["that nothing is known, when nothing was", EMPTY_CONFIG, presence(9, null)],
])("%s costs no commit", (_, state, word) => {
  const { events, timers, downlinks } = configStep(state, word);
  expect([events, timers, downlinks]).toEqual([[], [], []]);
});

test("one that has not said anything yet is told when it is there, and not when it is gone again", () => {
  const unheard = configAfter([1000, changed(1, "open", { neverHeard: true })]);
  expect(phaseOf(configStep(unheard, presence(6, true), 2000).state)).toBe("DELIVERING");
  const gone = configStep(unheard, presence(7, false), 2000).state;
  expect(phaseOf(configStep(gone, changed(1, "open", { order: 2 }), 3000).state)).toBe("PENDING");
});

test("of whom nothing is known any more may be there", () => {
  const { state } = configStep(away, presence(6, null));
  expect(phaseOf(state)).toBe("DELIVERING");
  expect(state.presence).toBe(null);
});
