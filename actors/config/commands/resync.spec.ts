import { expect, test } from "vitest";
import {
  changed,
  configAfter,
  configStep,
  due,
  GATEWAY,
  presence,
  resync,
  runAttempts,
} from "../../../test/helpers/config-builders.ts";
import { EMPTY_CONFIG, phaseOf } from "../state.ts";

const full = { gatewayId: GATEWAY, topic: "desired", payload: {} };
const delivering = configAfter([1000, changed(1, "open")]);
const away = configStep(delivering, presence(5, false)).state;

test("the whole document goes out now, then what is missing as ever", () => {
  for (const before of [delivering, runAttempts(delivering).state]) {
    const { state, downlinks, reply } = configStep(before, resync, 50_000);
    expect(downlinks).toEqual([full]);
    expect(reply).toMatchObject({ phase: "DELIVERING", attempts: 1, lastError: null });
    const [next] = configStep(state, due, state.nextAttemptTime ?? 0).downlinks;
    expect(next?.topic).toBe("delta");
  }
});

test("in sync it goes out once", () => {
  const { state, downlinks, timers } = configStep(configAfter([1, changed(1, "synced")]), resync);
  expect(downlinks).toEqual([full]);
  expect(timers).toEqual([]);
  expect(phaseOf(state)).toBe("IN_SYNC");
});

test("it goes out when the gateway is back", () => {
  const asked = configStep(away, resync, 50_000);
  expect(asked.downlinks).toEqual([]);
  expect(asked.reply).toMatchObject({ phase: "PENDING" });
  const back = configStep(asked.state, presence(6, true), 60_000).state;
  const { downlinks } = configStep(back, due, back.nextAttemptTime ?? 0);
  expect(downlinks).toEqual([full]);
});

test("one that refuses is asked once more, and given up when it still refuses", () => {
  const { state, downlinks } = configStep(configAfter([1, changed(1, "refused")]), resync);
  expect(downlinks).toEqual([full]);
  expect(phaseOf(state)).toBe("DELIVERING");
  const { state: end, events } = configStep(state, due, state.nextAttemptTime ?? 0);
  expect(phaseOf(end)).toBe("FAILED");
  expect(events.at(-1)).toMatchObject({ type: "config.failed", reason: "REFUSED" });
});

test("a gateway that nobody has spoken of is told, too; who asked is told", () => {
  const { downlinks, events, state } = configStep(EMPTY_CONFIG, resync);
  expect(downlinks).toEqual([full]);
  expect(events[0]).toEqual({ type: "config.resync.requested", by: "ann" });
  expect(state.wantsFull).toBe(false);
});
