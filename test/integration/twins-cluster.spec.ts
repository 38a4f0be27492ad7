import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { DownMessage } from "../../actors/contracts/edge.ts";
import type { UpMessage } from "../../actors/contracts/twins.ts";
import { actions, call } from "../../mixins/bridge.ts";
import { natsBrokers } from "../helpers/nats-brokers.ts";
import { freshDatabase } from "../helpers/servers.ts";
import { startTwinNode, type TwinNode } from "../helpers/twin-cluster.ts";
import { waitFor } from "../helpers/wait-for.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let brokers: ReturnType<typeof natsBrokers>;
let nodes: TwinNode[];
let edge: ReturnType<typeof natsBrokers>["brokers"][number];
let delivered: DownMessage[][];
let refusesDelivery: boolean;
/** Those of the test, registered anew. */
let gateways: string[];
let anyGateway: string;
let tests = 0;

beforeAll(async () => {
  database = await freshDatabase();
  brokers = natsBrokers();
  nodes = [];
  edge = brokers.create("edge");
  edge.createService({
    name: "mqtt-front",
    actions: actions("mqtt-front", {
      deliver: ({ messages }) => {
        if (refusesDelivery) throw new Error("no delivery now");
        delivered.push(messages);
        return { missing: [] };
      },
    }),
  });
  await edge.start();
  for (const nodeId of ["core-a", "core-b"]) nodes.push(await startTwinNode(brokers, nodeId, database.url));
  await brokers.untilKnown("twins.ask", 2);
  await brokers.untilKnown("mqtt-front.deliver", 1);
});
afterAll(async () => {
  for (const { stop } of nodes) await stop();
  await edge.stop();
  await database.drop();
});
beforeEach(async () => {
  tests += 1;
  [delivered, refusesDelivery] = [[], false];
  gateways = Array.from({ length: 24 }, (_, n) => `gw-${tests}-${String(n).padStart(2, "0")}`);
  anyGateway = gateways[0] ?? "";
  const owners = () => new Set(gateways.map((gatewayId) => first().router.ownerOf(gatewayId)));
  await waitFor("both nodes to own twins", () => owners().size === 2 && !owners().has(undefined));
  const requests = gateways.map((gatewayId) => ({ gatewayId, labels: { test: String(tests) } }));
  await call(edge, "gateways.batchCreate", { requests });
});

function first(): TwinNode {
  const [node] = nodes;
  if (!node) throw new Error("no node runs");
  return node;
}

/** Who owns the gateway's twin, and another node. */
function ownerAndOther(): [TwinNode, TwinNode] {
  const owner = nodes.find(({ nodeId }) => nodeId === first().router.ownerOf(anyGateway));
  const other = nodes.find((node) => node !== owner);
  if (!owner || !other) throw new Error("two nodes are needed");
  return [owner, other];
}

const append = (gatewayId: string, value: number) => ({
  gatewayId,
  operations: [{ op: "add", path: "/list/-", value }],
});
const reported = (gatewayId: string, state: object): UpMessage => ({
  gatewayId,
  kind: "reported",
  payload: Buffer.from(JSON.stringify({ state })),
});
const get = (gatewayId: string): UpMessage => ({ gatewayId, kind: "get", payload: Buffer.from("{}") });
const ingest = (nodeId: string, messages: readonly UpMessage[]) =>
  call(edge, "twins.ingest", { edge: "mqtt-front", messages }, { nodeID: nodeId });

test("any node answers for every twin, one by one and in lists", async () => {
  for (const { broker } of nodes) {
    for (const gatewayId of gateways.slice(0, 6)) {
      const { version } = await call(broker, "twins.updateDesired", {
        gatewayId,
        patch: { [broker.nodeID]: 1 },
      });
      expect(version).toBe(broker === first().broker ? 1 : 2);
    }
    const { twins } = await call(broker, "twins.list", {
      filter: `version > 0 AND labels.test = "${tests}"`,
    });
    expect(twins.map(({ gatewayId }) => gatewayId)).toEqual(gateways.slice(0, 6));
  }
  await expect(
    call(first().broker, "twins.updateDesired", { gatewayId: anyGateway, patch: {}, expectedVersion: 9 }),
  ).rejects.toMatchObject({ type: "VERSION_MISMATCH", data: { currentVersion: 2, expectedVersion: 9 } });
});

test("a list of large twins comes whole, although one reply between nodes could not carry it", async () => {
  const text = "x".repeat(60_000);
  for (const gatewayId of gateways)
    await call(first().broker, "twins.updateDesired", { gatewayId, patch: { text } });
  const { twins } = await call(first().broker, "twins.list", {
    pageSize: 1000,
    filter: `labels.test = "${tests}"`,
  });
  expect(twins.map(({ gatewayId }) => gatewayId)).toEqual(gateways);
  expect(twins.every((twin) => twin.desired.state.text === text)).toBe(true);
});

test("a batch for another node's twins is refused with the owner's name, and changes nothing", async () => {
  const [owner, other] = ownerAndOther();
  const [outcome] = await ingest(other.nodeId, [reported(anyGateway, { a: 1 })]);
  expect(outcome).toMatchObject({
    ok: false,
    error: { type: "NOT_OWNER", data: { type: "twin", owner: owner.nodeId, epoch: expect.any(Number) } },
  });
  const { version } = await call(edge, "twins.get", { gatewayId: anyGateway });
  expect(version).toBe(0);
});

test("a batch is applied by the owner; what follows from it goes to the edge it came through", async () => {
  const [owner, other] = ownerAndOther();
  expect(await ingest(owner.nodeId, [reported(anyGateway, { a: 1 })])).toEqual([{ ok: true, reply: [] }]);
  await call(other.broker, "twins.updateDesired", { gatewayId: anyGateway, patch: { a: 2 } });
  await waitFor("the delta", () => delivered.length > 0);
  const [message] = delivered.flat();
  expect(message).toMatchObject({ gatewayId: anyGateway, topic: "delta" });
  expect(JSON.parse(message?.payload ?? "")).toMatchObject({ version: 1, state: { a: 2 } });
});

test("answers that one reply cannot carry reach the edge before it; if they cannot, the gateway sends again", async () => {
  const [owner] = ownerAndOther();
  const text = "x".repeat(60_000);
  await ingest(owner.nodeId, [reported(anyGateway, { text })]);
  const batch = Array.from({ length: 40 }, () => get(anyGateway));
  const outcomes = await ingest(owner.nodeId, batch);
  expect(outcomes).toEqual(batch.map(() => ({ ok: true, reply: [] })));
  expect(delivered.flat()).toHaveLength(40);
  refusesDelivery = true;
  const refused = await ingest(owner.nodeId, [...batch, reported(anyGateway, { n: 1 })]);
  expect(refused.every((outcome) => !outcome.ok && outcome.error.type === "SERVICE_UNAVAILABLE")).toBe(true);
});

test("profiles are laid over twins of all nodes by a call to any of them, and may be laid again", async () => {
  const layers = [
    { profileId: "base", revision: 1, priority: 0, desired: { mode: "eco", text: "x".repeat(20_000) } },
  ];
  const wanted = gateways.map((gatewayId) => ({ gatewayId, layers }));
  for (const { broker } of nodes) {
    for (let rest = wanted; rest.length > 0; ) {
      const outcomes = await call(edge, "twins.layProfiles", { gateways: rest }, { nodeID: broker.nodeID });
      const views = outcomes.flatMap((outcome) => (outcome.ok && outcome.reply ? [outcome.reply] : []));
      expect(views.map(({ gatewayId }) => gatewayId)).toEqual(
        rest.slice(0, outcomes.length).map(({ gatewayId }) => gatewayId),
      );
      expect(views.every(({ version, desired }) => version === 1 && desired.state.mode === "eco")).toBe(true);
      rest = rest.slice(outcomes.length);
    }
  }
  const { desired } = await call(edge, "twins.get", { gatewayId: anyGateway, view: "FULL" });
  expect(desired.sources).toEqual({ mode: "configProfiles/base", text: "configProfiles/base" });
  const many = Array.from({ length: 1001 }, () => ({ gatewayId: anyGateway, layers }));
  await expect(call(first().broker, "twins.layProfiles", { gateways: many })).rejects.toMatchObject({
    type: "INVALID_ARGUMENT",
  });
});

test("what gateways miss goes out where their twins are, when any node is asked to deliver it", async () => {
  for (const { nodeId } of nodes)
    await ingest(
      nodeId,
      gateways.filter((id) => first().router.ownerOf(id) === nodeId).map((id) => reported(id, {})),
    );
  for (const gatewayId of gateways) await call(edge, "twins.updateDesired", { gatewayId, patch: { a: 1 } });
  await waitFor("the first deltas", () => delivered.flat().length === gateways.length);
  delivered = [];
  const deliveries = gateways.map((gatewayId, n) => ({ gatewayId, full: n % 2 === 1 }));
  await call(edge, "twins.deliver", { deliveries });
  await waitFor("them again", () => delivered.flat().length === gateways.length);
  const topics = new Map(delivered.flat().map(({ gatewayId, topic }) => [gatewayId, topic]));
  expect(gateways.map((gatewayId) => topics.get(gatewayId))).toEqual(
    deliveries.map(({ full }) => (full ? "desired" : "delta")),
  );
});

// Last: it ends one of the nodes.
test("the owner goes away after the commit and before its answer: the call ends well and is applied once", async () => {
  const [owner, other] = ownerAndOther();
  await call(other.broker, "twins.updateDesired", { gatewayId: anyGateway, patch: { list: [] } });
  owner.store.hold();
  const started = performance.now();
  const change = call(other.broker, "twins.patchDesired", append(anyGateway, 1));
  await waitFor("the commit", () => owner.store.held > 0);
  owner.node.abandon();
  const { version, desired } = await change;
  expect(desired.state).toEqual({ list: [1] });
  expect(version).toBe(2);
  expect(performance.now() - started).toBeLessThan(5000);
});
