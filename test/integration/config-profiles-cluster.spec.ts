import { afterEach, beforeEach, expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../actors/contracts/limits.ts";
import { call } from "../../mixins/bridge.ts";
import { configProfilesService } from "../../services/core/config-profiles/config-profiles.service.ts";
import { openDatabase } from "../../stores/database.ts";
import { natsBrokers } from "../helpers/nats-brokers.ts";
import { freshDatabase } from "../helpers/servers.ts";
import { startTwinNode, type TwinNode } from "../helpers/twin-cluster.ts";
import { waitFor } from "../helpers/wait-for.ts";

const COUNT = 300;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

let brokers: ReturnType<typeof natsBrokers>;
let database: Awaited<ReturnType<typeof freshDatabase>>;
let nodes: TwinNode[];
const cleanUps: (() => unknown)[] = [];

/** Twins and profiles on one node of several. */
async function join(nodeId: string): Promise<TwinNode> {
  const node = await startTwinNode(brokers, nodeId, database.url);
  nodes.push(node);
  const sequelize = await openDatabase(database.url);
  cleanUps.push(() => sequelize.close());
  const service = configProfilesService({
    sequelize,
    clock: Date.now,
    node: node.node.ownership,
    bus: { subscribe: () => undefined },
    limits: DEFAULT_LIMITS,
    counters: { count: () => undefined, gauge: () => undefined },
    log: silent,
    settings: { pageSize: 50, lookEveryMs: 20 },
  });
  node.broker.createService(service);
  await node.broker.waitForServices(["config-profiles"], 10_000, 20);
  return node;
}

beforeEach(async () => {
  brokers = natsBrokers();
  database = await freshDatabase();
  nodes = [];
});
afterEach(async () => {
  for (const node of nodes) await node.stop();
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  await brokers.stop();
  await database.drop();
});

test("profiles reach twins of all nodes, and whoever is left goes on when the worker stops", async () => {
  const first = await join("first");
  const second = await join("second");
  await brokers.untilKnown("twins.layProfiles", 2);
  const { broker } = second;
  const requests = Array.from({ length: COUNT }, (_, n) => ({ gatewayId: `gw-${n}` }));
  await call(broker, "gateways.batchCreate", { requests });
  const metrics = async () => (await call(broker, "config-profiles.get", { configProfileId: "p" })).metrics;
  const applied = () => waitFor("all gateways", async () => (await metrics()).applied === COUNT, 20_000);

  await call(broker, "config-profiles.create", { configProfileId: "p", desired: { a: 1, b: 1 } });
  await applied();
  const { gateways } = await call(broker, "config-profiles.previewChange", {
    configProfileId: "p",
    desired: { a: 2 },
    pageSize: 3,
  });
  expect(gateways.map(({ patch }) => patch)).toEqual(gateways.map(() => ({ a: 2, b: null })));
  await call(broker, "config-profiles.update", { configProfileId: "p", desired: { a: 2 } });
  await waitFor("some of them", async () => (await metrics()).applied > 0, 20_000);
  await first.stop();
  nodes.splice(nodes.indexOf(first), 1);
  await applied();
  const { desired } = await call(broker, "twins.get", { gatewayId: "gw-7", view: "FULL" });
  expect(desired).toMatchObject({ state: { a: 2 }, sources: { a: "configProfiles/p" } });
});
