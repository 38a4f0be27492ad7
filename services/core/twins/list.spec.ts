import { beforeEach, expect, test } from "vitest";
import type { Gateway } from "../../../actors/contracts/gateways.ts";
import type { PresenceState } from "../../../actors/contracts/presence.ts";
import { viewOf } from "../../../actors/twin/view.ts";
import { twinResource } from "../../../mixins/twin-resource.ts";
import { after, update } from "../../../test/helpers/twin-builders.ts";
import { listTwins } from "./list.ts";

const time = "2026-03-01T00:00:00.000Z";
const gateways = Array.from({ length: 7 }, (_, n): Gateway => {
  return { gatewayId: `gw-${n}`, displayName: "", labels: {}, createTime: time, updateTime: time };
});
const STATES: Record<string, PresenceState> = { "gw-1": "ONLINE", "gw-4": "SUSPECT", "gw-6": "ONLINE" };
let asked: string[][];
let unreadable: string[];

beforeEach(() => {
  [asked, unreadable] = [[], []];
});

/** The services that a list asks. */
const caller = {
  call: async (action: string, params: unknown) => {
    const answer = action === "presence.states" ? statesOf : pageOf;
    return answer(params as Parameters<typeof statesOf>[0] & Parameters<typeof pageOf>[0]) as never;
  },
};

function statesOf({ gatewayIds }: { readonly gatewayIds: string[] }) {
  asked.push(gatewayIds);
  return { states: gatewayIds.map((id) => STATES[id] ?? "UNKNOWN") };
}

function pageOf({ pageSize, pageToken }: { readonly pageSize: number; readonly pageToken: string }) {
  const [start, end] = [Number(pageToken), Number(pageToken) + pageSize];
  return { gateways: gateways.slice(start, end), nextPageToken: end < gateways.length ? String(end) : "" };
}

async function ids(filter: string, pageSize = 2): Promise<string[]> {
  const { twins } = await listTwins({ filter, pageSize }, caller, async (some) =>
    some
      .filter(({ gatewayId }) => !unreadable.includes(gatewayId))
      .map((gateway) => twinResource(gateway, viewOf(gateway.gatewayId, after(update({ a: 1 }))))),
  );
  return twins.map(({ gatewayId }) => gatewayId);
}

test("twins are found by the presence of their gateways, over several looks", async () => {
  expect(await ids("presence = ONLINE")).toEqual(["gw-1", "gw-6"]);
  expect(asked.flat()).toEqual(gateways.map(({ gatewayId }) => gatewayId));
  expect(await ids("presence != UNKNOWN AND desired.a = 1", 9)).toEqual(["gw-1", "gw-4", "gw-6"]);
});

test("presence is not asked when the filter does not name it", async () => {
  expect(await ids("desired.a = 1 AND version = 1")).toEqual(["gw-0", "gw-1"]);
  expect(asked).toEqual([]);
});

test("a filter may look into desired and labels as a whole", async () => {
  expect(await ids("desired:a AND NOT labels:site", 9)).toHaveLength(gateways.length);
  expect(await ids("desired:b OR reported:a", 9)).toEqual([]);
});

test.each(["presence = online", "version = one", 'version > "1"', "inSync = maybe", "updateTime < soon"])(
  "%s could never be true, and is refused",
  async (filter) => {
    await expect(ids(filter)).rejects.toMatchObject({
      type: "INVALID_FILTER",
      violations: [{ field: "filter" }],
    });
  },
);

test("a twin that could not be read lends nobody else its gateway", async () => {
  unreadable = ["gw-0"];
  expect(await ids("presence = ONLINE")).toEqual(["gw-1", "gw-6"]);
});
