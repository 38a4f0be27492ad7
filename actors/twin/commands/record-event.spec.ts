import { expect, test } from "vitest";
import {
  after,
  expectRefused,
  nested,
  report,
  sectionOf,
  step,
} from "../../../test/helpers/twin-builders.ts";
import type { JsonObject } from "../../contracts/json.ts";
import type { TwinCommand } from "../contract.ts";
import { decodeUpMessage } from "../gateway-messages.ts";

const before = after(report({ a: 1 }));
const of = (data: JsonObject): TwinCommand => ({
  name: "recordEvent",
  params: { eventType: "door", severity: "INFO", data },
});
const decoded = (text: string) => decodeUpMessage("event", new TextEncoder().encode(text));

test("a gateway's event is committed and leaves the twin as it is", () => {
  const { events, state, reply, downlinks } = step(before, of({ open: true }));
  expect(events).toEqual([
    { type: "twin.event.recorded", eventType: "door", severity: "INFO", data: { open: true } },
  ]);
  expect(state).toBe(before);
  expect([reply, downlinks]).toEqual([[], undefined]);
});

test("its own type and id are its own: they cannot take the place of ours", () => {
  const text = '{"type":"twin.removed","id":"e1","severity":"ERROR","ts":5,"data":{"by":"ann"}}';
  expect(step(before, decoded(text)).events).toEqual([
    {
      type: "twin.event.recorded",
      eventType: "twin.removed",
      eventId: "e1",
      severity: "ERROR",
      ts: 5,
      data: { by: "ann" },
    },
  ]);
  expect(decoded('{"type":"door"}')).toEqual({
    name: "recordEvent",
    params: { eventType: "door", severity: "INFO" },
  });
});

test("data is bounded like a section", () => {
  expect(step(before, of(sectionOf(65_536))).events).toHaveLength(1);
  expectRefused(() => step(before, of(sectionOf(65_537))), "PAYLOAD_TOO_LARGE", { limit: 65_536 });
  expectRefused(() => step(before, of(nested(17))), "TOO_DEEP");
});
