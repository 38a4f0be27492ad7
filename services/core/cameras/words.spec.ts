import { expect, test } from "vitest";
import type { DeliveredRow } from "../../../actors/runtime/ports.ts";
import { commandsOf } from "./words.ts";

const row = (type: string, pos: number, ...events: readonly object[]): DeliveredRow => {
  const changes = [{ actorId: "gw-1", time: 1, events }];
  return { type, partition: 0, pos, epoch: 1, first: 0, changes };
};
const hello = (boot: string, ...ids: readonly string[]) => ({
  type: "twin.position.advanced",
  boot,
  ...(ids.length > 0 && { cameras: ids.map((id) => ({ id })) }),
});

test("the last hello counts, with the last cameras that were told", () => {
  const rows = [
    row("twin", 1, hello("b1", "c1"), { type: "twin.position.advanced", seq: 4 }),
    row("twin", 2, hello("b2")),
  ];
  const params = { order: 2, boot: "b2", cameras: [{ id: "c1" }] };
  expect(commandsOf(rows)).toEqual([{ gatewayId: "gw-1", command: { name: "helloHeard", params } }]);
});

test("a deletion comes before the hello of the next one under the id, and forgets the last one's", () => {
  const rows = [
    row("twin", 1, hello("b1", "c1")),
    row("twin", 2, { type: "twin.removed", by: "x" }),
    row("twin", 3, hello("b9")),
  ];
  expect(commandsOf(rows).map(({ command }) => command)).toEqual([
    { name: "removeCameras", params: { order: 2 } },
    { name: "helloHeard", params: { order: 3, boot: "b9" } },
  ]);
});

test("of presence only that somebody came or went; other events say nothing", () => {
  const changed = (to: string) => ({ type: "presence.changed", to });
  const rows = [
    row("presence", 7, changed("OFFLINE"), changed("SUSPECT")),
    row("config", 8, { type: "config.converged" }),
  ];
  const params = { order: 7, isOnline: false };
  expect(commandsOf(rows)).toEqual([{ gatewayId: "gw-1", command: { name: "presenceChanged", params } }]);
});
