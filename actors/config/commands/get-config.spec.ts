import { expect, test } from "vitest";
import {
  changed,
  configAfter,
  configStep,
  GATEWAY,
  get,
  runAttempts,
} from "../../../test/helpers/config-builders.ts";
import { EMPTY_CONFIG } from "../state.ts";

test("of whom nothing is known nothing is missing", () => {
  expect(configStep(EMPTY_CONFIG, get).reply).toEqual({
    gatewayId: GATEWAY,
    phase: "IN_SYNC",
    desiredVersion: 0,
    attempts: 0,
    nextAttemptTime: null,
    lastError: null,
    outOfSyncSince: null,
    sent: 0,
    saved: 0,
  });
});

test("what was given up says why, and what was refused", () => {
  const refused = [{ path: "/a", code: 400, text: "no" }];
  const given = runAttempts(configAfter([1000, changed(4, "open", { refused, time: 900 })])).state;
  expect(configStep(given, get).reply).toMatchObject({
    phase: "FAILED",
    desiredVersion: 4,
    attempts: 8,
    outOfSyncSince: 900,
    lastError: { reason: "NO_RESPONSE", time: expect.any(Number) },
  });
  const refusing = configAfter([1000, changed(4, "refused", { refused })]);
  expect(configStep(refusing, get).reply).toMatchObject({
    lastError: { reason: "REFUSED", refused, time: 1000 },
  });
});
