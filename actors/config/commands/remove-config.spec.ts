import { expect, test } from "vitest";
import { changed, config, configAfter, configStep, presence } from "../../../test/helpers/config-builders.ts";
import { EMPTY_CONFIG } from "../state.ts";

const remove = { name: "removeConfig", params: {} } as const;

test("nothing is left, also of whether it is there", () => {
  const { state, timers } = configStep(configAfter([1, changed(1, "open")], [2, presence(1, true)]), remove);
  expect(config.isEmpty(state)).toBe(true);
  expect(state).toEqual(EMPTY_CONFIG);
  expect(timers).toEqual([{ name: "attempt", at: null }]);
  expect(configStep(state, remove).events).toEqual([]);
});
