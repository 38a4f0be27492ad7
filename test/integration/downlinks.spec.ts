import type { ServiceBroker } from "moleculer";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Edge } from "../../actors/contracts/edge.ts";
import type { Downlink } from "../../actors/runtime/actor.ts";
import { actions, events } from "../../mixins/bridge.ts";
import { Downlinks } from "../../mixins/downlinks.ts";
import { natsBrokers } from "../helpers/nats-brokers.ts";
import { waitFor } from "../helpers/wait-for.ts";

type Got = {
  readonly at: string;
  readonly how: string;
  readonly gatewayIds: string[];
  readonly bytes: number;
};

let cluster: ReturnType<typeof natsBrokers>;
let core: ServiceBroker;
let downlinks: Downlinks;
let got: Got[];
let gone: Set<string>;
let counted: Record<string, number>;

beforeAll(async () => {
  cluster = natsBrokers();
  core = cluster.create("core");
  createEdge(core, "mqtt-front");
  for (const nodeId of ["front-a", "front-b"]) createEdge(cluster.create(nodeId), "mqtt-front");
  for (const nodeId of ["bridge-a", "bridge-b"]) createEdge(cluster.create(nodeId), "mqtt-bridge");
  await Promise.all(cluster.brokers.map((broker) => broker.start()));
  await cluster.untilKnown("mqtt-front.deliver", 3);
  await cluster.untilKnown("mqtt-bridge.deliver", 2);
});
afterAll(() => cluster.stop());
beforeEach(() => {
  [got, gone, counted] = [[], new Set(), {}];
  downlinks = downlinksWith();
});

function downlinksWith(maxBytes?: number): Downlinks {
  const counters = {
    count: (name: string, { what = "" }: Record<string, string> = {}, n = 1) => {
      if (name.includes("detours")) counted[what] = (counted[what] ?? 0) + n;
    },
    gauge: () => undefined,
  };
  return new Downlinks({ caller: core, counters, ...(maxBytes !== undefined && { maxBytes }) });
}

/** An edge that records what it gets; it has no way to the gateways that are gone. */
function createEdge(broker: ServiceBroker, edge: Edge): void {
  type Messages = readonly { readonly gatewayId: string; readonly payload: string }[];
  const record =
    (how: string) =>
    ({ messages }: { messages: Messages }) => {
      const gatewayIds = messages.map(({ gatewayId }) => gatewayId);
      const bytes = messages.reduce((sum, { payload }) => sum + payload.length, 0);
      got.push({ at: broker.nodeID, how, gatewayIds, bytes });
      return { missing: gatewayIds.flatMap((id, index) => (gone.has(id) ? [index] : [])) };
    };
  broker.createService({
    name: edge,
    actions: actions(edge, { deliver: record("pinned") }),
    events: events(
      edge === "mqtt-front"
        ? { "downlink.send": (payload) => void record("broadcast")(payload) }
        : { "downlink.publish": (payload) => void record("emitted")(payload) },
    ),
  });
}

const to = (gatewayId: string, payload: Downlink["payload"] = { n: 1 }): Downlink => ({
  gatewayId,
  topic: "delta",
  payload,
});
const ways = () => got.map(({ at, how, gatewayIds }) => `${how} ${at} ${gatewayIds}`).sort();
const untilGot = (count: number) => waitFor(`${count} calls and events`, () => got.length >= count);
const EVERYWHERE = ["broadcast core", "broadcast front-a", "broadcast front-b", "emitted bridge"];
const isAnnounced = () => EVERYWHERE.every((way) => ways().some((each) => each.startsWith(way)));

test("goes to the edge that the gateway last spoke through, in one call per turn and edge", async () => {
  downlinks.arrived("mqtt-front", "front-a", [{ gatewayId: "gw-1" }, { gatewayId: "gw-2" }]);
  downlinks.arrived("mqtt-front", "front-b", [{ gatewayId: "gw-2" }]);
  downlinks.arrived("mqtt-bridge", "bridge-b", [{ gatewayId: "gw-3" }]);
  downlinks.arrived("mqtt-front", "core", [{ gatewayId: "gw-4" }]);
  downlinks.send([to("gw-1"), to("gw-2")]);
  downlinks.send([to("gw-1"), to("gw-3"), to("gw-4")]);
  await untilGot(4);
  expect(ways()).toEqual([
    "pinned bridge-b gw-3",
    "pinned core gw-4",
    "pinned front-a gw-1,gw-1",
    "pinned front-b gw-2",
  ]);
});

test("goes to all fronts and one bridge when nobody knows where the gateway is", async () => {
  downlinks.send([to("gw-1")]);
  await waitFor("the announcement", isAnnounced);
  expect(got).toHaveLength(4);
});

test("is announced when the edge has the gateway no more, and the way there is forgotten", async () => {
  gone.add("gw-1");
  downlinks.arrived("mqtt-front", "front-a", [{ gatewayId: "gw-1" }, { gatewayId: "gw-2" }]);
  downlinks.send([to("gw-1"), to("gw-2")]);
  await waitFor("the announcement", isAnnounced);
  expect(ways().filter((way) => way.startsWith("pinned"))).toEqual(["pinned front-a gw-1,gw-2"]);
  got = [];
  downlinks.send([to("gw-1"), to("gw-2")]);
  await waitFor("the announcement", () => isAnnounced() && got.length === 5);
  expect(ways().filter((way) => way.startsWith("pinned"))).toEqual(["pinned front-a gw-2"]);
  expect(counted).toMatchObject({ elsewhere: 1, announced: 2 });
});

test("is announced when the edge's node is gone", async () => {
  downlinks.arrived("mqtt-front", "front-x", [{ gatewayId: "gw-1" }]);
  downlinks.send([to("gw-1")]);
  await waitFor("the announcement", isAnnounced);
  expect(counted).toEqual({ failed: 1, announced: 1 });
});

test("much of it goes in several calls that NATS can carry", async () => {
  downlinks.arrived("mqtt-front", "front-a", [{ gatewayId: "gw-1" }]);
  downlinks.send(Array.from({ length: 50 }, (_, n) => to("gw-1", { n, text: "x".repeat(60_000) })));
  await waitFor("all of it", () => got.flatMap(({ gatewayIds }) => gatewayIds).length === 50);
  expect(Math.max(...got.map(({ bytes }) => bytes))).toBeLessThanOrEqual(256 * 1024);
  expect(got.length).toBeLessThan(20);
  expect(counted).toEqual({});
});

test("what is beyond the memory for it is dropped and counted; there is room again later", async () => {
  downlinks = downlinksWith(1000);
  downlinks.arrived("mqtt-front", "front-a", [{ gatewayId: "gw-1" }]);
  const large = to("gw-1", "x".repeat(600));
  downlinks.send([large, large]);
  await untilGot(1);
  expect(counted).toEqual({ dropped: 1 });
  await waitFor("room", () => {
    downlinks.send([large]);
    return got.length > 1;
  });
});
