import { expect, test } from "vitest";
import {
  changed,
  config,
  configAfter,
  configStep,
  due,
  GATEWAY,
  runAttempts,
} from "../../../test/helpers/config-builders.ts";
import { EMPTY_CONFIG, phaseOf } from "../state.ts";

const delivering = configAfter([1000, changed(1, "open")]);

test("the gateway is told what it misses, and the next attempt is planned", () => {
  const now = delivering.nextAttemptTime ?? 0;
  const { state, downlinks, timers, events } = configStep(delivering, due, now);
  expect(downlinks).toEqual([{ gatewayId: GATEWAY, topic: "delta", payload: {} }]);
  expect(state.attempts).toBe(1);
  expect(timers).toEqual([{ name: "attempt", at: state.nextAttemptTime }]);
  expect(state.nextAttemptTime).toBeGreaterThanOrEqual(now + 5000);
  expect(events.every((event) => config.isRoutine?.(event))).toBe(true);
});

test("it is told eight times, within less than half an hour, and then given up, which is told once", () => {
  const { state, times } = runAttempts(delivering);
  expect(times).toHaveLength(8);
  expect((times.at(-1) ?? 0) - 1000).toBeLessThan(30 * 60_000);
  expect(phaseOf(state)).toBe("FAILED");
  expect(state.failure?.reason).toBe("NO_RESPONSE");
  expect(configStep(state, due, 10 ** 9).events).toEqual([]);
});

test("the failure is told with what was tried", () => {
  const tried = { ...delivering, attempts: 8 };
  expect(configStep(tried, due, delivering.nextAttemptTime ?? 0).events.at(-1)).toEqual({
    type: "config.failed",
    severity: "WARNING",
    reason: "NO_RESPONSE",
    desiredVersion: 1,
    attempts: 8,
  });
});

test("a timer that is not needed any more changes nothing", () => {
  const { events, downlinks } = configStep(configStep(EMPTY_CONFIG, changed(1, "synced")).state, due, 9999);
  expect([events, downlinks]).toEqual([[], []]);
});

test("its timer leads to it, and there is no other", () => {
  expect(config.timerDue?.("attempt", GATEWAY)).toEqual(due);
  expect(() => config.timerDue?.("other", GATEWAY)).toThrow("other");
});
