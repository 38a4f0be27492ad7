import { expect, test } from "vitest";
import {
  changed,
  config,
  configAfter,
  configStep,
  presence,
  removed,
} from "../../../test/helpers/config-builders.ts";
import { EMPTY_CONFIG } from "../state.ts";

const delivering = configAfter([1, changed(1, "open", { order: 10 })]);

test("nothing is left, and nothing is planned", () => {
  const { state, timers, events } = configStep(delivering, removed(11));
  expect(state).toEqual(EMPTY_CONFIG);
  expect(config.isEmpty(state)).toBe(true);
  expect(timers).toEqual([{ name: "attempt", at: null }]);
  expect(events).toEqual([expect.objectContaining({ phases: ["DELIVERING", null] })]);
});

test("a word of an earlier removal does not reach the present twin", () => {
  expect(configStep(delivering, removed(9)).events).toEqual([]);
  expect(configStep(EMPTY_CONFIG, removed(9)).events).toEqual([]);
});

test("that the gateway is away is kept until presence says otherwise", () => {
  const away = configAfter([1, presence(4, false)], [2, changed(1, "open")], [3, removed(2)]);
  expect(config.isEmpty(away)).toBe(false);
  expect(config.isEmpty(configStep(away, presence(5, null)).state)).toBe(true);
});
