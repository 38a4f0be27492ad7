import { expect, test } from "vitest";
import { changed, config, configAfter, configStep, traffic } from "../../../test/helpers/config-builders.ts";
import { EMPTY_CONFIG } from "../state.ts";

test("bytes add up, and nobody but the journal's archive need see it", () => {
  const { state, events } = configStep(
    configAfter([1, changed(1, "open")], [2, traffic(10, 5)]),
    traffic(1, 2),
  );
  expect(state).toMatchObject({ sent: 11, saved: 7 });
  expect(events.every((event) => config.isRoutine?.(event))).toBe(true);
});

test("a late count does not bring a removed gateway back", () => {
  expect(configStep(EMPTY_CONFIG, traffic(10, 5)).events).toEqual([]);
});
