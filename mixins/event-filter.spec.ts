import { expect, test } from "vitest";
import type { JournalEvent } from "../actors/contracts/journal.ts";
import { refusal } from "../test/helpers/twin-builders.ts";
import { eventFilter } from "./event-filter.ts";

const event: JournalEvent = {
  id: "twin-0-1-0-0",
  type: "gateway.event.door",
  gatewayId: "gw-1",
  severity: "ERROR",
  time: "2026-03-01T00:00:00.000Z",
  actor: "gateway:gw-1",
  data: { severity: "INFO" },
};

test.each<[string | undefined, boolean]>([
  [undefined, true],
  ["", true],
  ["severity = ERROR", true],
  ['severity = "ERROR"', true],
  ["severity >= WARNING AND severity < CRITICAL", true],
  ["severity > ERROR", false],
  ["NOT (severity:* AND severity != ERROR)", true],
  ["type:door gatewayId = gw-1", true],
  ["type = door OR actor:gw-2", false],
  ['time <= "2026-03-01T01:00:00+01:00"', true],
])("%s accepts it: %s", (text, expected) => {
  expect(eventFilter(text).accepts(event)).toBe(expected);
});

test.each([
  "time > yesterday",
  "severity = error",
  "severity >= 2",
  "severity.x = ERROR",
  "data.severity = INFO",
  "reason:*",
])("%s is refused", (text) => {
  expect(refusal(() => eventFilter(text)).type).toBe("INVALID_FILTER");
});
