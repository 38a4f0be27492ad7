import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { ConfigPhase } from "../../actors/contracts/config.ts";
import { call } from "../../mixins/bridge.ts";
import { type ConfigNode, ConfigOutside, startConfigNode } from "../helpers/config-cluster.ts";
import { natsBrokers } from "../helpers/nats-brokers.ts";
import { freshDatabase } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let brokers: ReturnType<typeof natsBrokers>;
let outside: ConfigOutside;
let nodes: ConfigNode[];

beforeAll(async () => {
  database = await freshDatabase();
});
beforeEach(async () => {
  brokers = natsBrokers();
  outside = await ConfigOutside.start(brokers);
  nodes = [];
});
afterEach(async () => {
  for (const { stop } of nodes) await stop();
  await outside.stop();
});
afterAll(() => database.drop());

const named = (name: string, count = 20) => Array.from({ length: count }, (_, n) => `${name}-${n}`);

async function start(...nodeIds: readonly string[]): Promise<void> {
  for (const nodeId of nodeIds) nodes.push(await startConfigNode(brokers, nodeId, database.url));
  await waitFor("config on all nodes", () => {
    const endpoints = outside.broker.registry.actions.get("config.ask")?.endpoints.length;
    return endpoints === nodes.length && nodes.every(({ partitions }) => partitions() === 8 / nodes.length);
  });
}

const get = (gatewayId: string) => call(outside.broker, "config.get", { gatewayId });

async function untilPhase(gatewayIds: readonly string[], phase: ConfigPhase): Promise<void> {
  for (const gatewayId of gatewayIds)
    await waitFor(`${gatewayId} to be ${phase}`, async () => (await get(gatewayId)).phase === phase);
}

const untilTold = (gatewayIds: readonly string[], times: number) =>
  waitFor(`${gatewayIds.length} gateways to be told ${times} times`, () =>
    gatewayIds.every((gatewayId) => outside.count(gatewayId) >= times),
  );

test("who does not answer is told again until it has reported, who does is left alone", async () => {
  const [quick, slow] = [named("quick"), named("slow")];
  // Before there ever was a config service.
  await outside.twin(slow, 3, "open");
  await outside.twin(quick, 3, "open", "synced");
  await start("a");
  await untilTold(slow, 2);
  const [first = ""] = slow;
  expect(await get(first)).toMatchObject({
    phase: "DELIVERING",
    desiredVersion: 3,
    attempts: expect.any(Number),
    nextAttemptTime: expect.any(String),
    lastError: null,
  });
  expect((await get(first)).lagSeconds).toBeGreaterThan(0);
  await outside.twin(slow, 3, "synced");
  await untilPhase([...quick, ...slow], "IN_SYNC");
  expect(quick.map((gatewayId) => outside.count(gatewayId))).toEqual(quick.map(() => 0));
  expect(await get(first)).toMatchObject({ attempts: 0, nextAttemptTime: null, lagSeconds: 0 });
  await expect(get("nobody")).rejects.toMatchObject({ type: "GATEWAY_NOT_FOUND" });
});

test("what changed while no config service was there is brought about, and nobody in sync hears of it", async () => {
  await start("a");
  const [synced, missed] = [named("synced"), named("missed")];
  await outside.twin([...synced, ...missed], 1, "synced");
  await untilPhase([...synced, ...missed], "IN_SYNC");
  await nodes.pop()?.stop();
  await outside.twin(missed, 2, "open");
  await outside.twin(synced, 2, "open", "synced");
  await start("b");
  await untilTold(missed, 1);
  await outside.twin(missed, 2, "synced");
  await untilPhase([...synced, ...missed], "IN_SYNC");
  expect(synced.filter((gatewayId) => outside.count(gatewayId) > 0)).toEqual([]);
});

test("while a gateway is away nothing is sent to it; when it is back it is told, in full when that was asked for", async () => {
  await start("a");
  const [here, away] = [named("here"), named("away")];
  await outside.twin([...here, ...away], 1, "open");
  await outside.presence(away, "OFFLINE");
  await untilPhase(away, "PENDING");
  const before = away.map((gatewayId) => outside.count(gatewayId));
  const [first = ""] = away;
  const { phase } = await call(outside.broker, "config.resync", { gatewayId: first });
  expect(phase).toBe("PENDING");
  // Those that are there prove that attempts have come due meanwhile.
  await untilTold(here, 4);
  expect(away.map((gatewayId) => outside.count(gatewayId))).toEqual(before);
  await outside.presence(away, "ONLINE");
  await waitFor("all to be told again", () =>
    away.every((gatewayId, n) => outside.count(gatewayId) > (before[n] ?? 0)),
  );
  expect(outside.deliveries.get(first)?.[before[0] ?? 0]).toBe(true);
});

test("the owner is killed: attempts go on, and words that came meanwhile are not lost", async () => {
  await start("a", "b");
  const gateways = named("gw", 40);
  await outside.twin(gateways, 1, "open");
  await untilTold(gateways, 1);
  const [victim, survivor] = nodes;
  await victim?.crash();
  await outside.twin(gateways, 2, "open");
  const before = new Map(gateways.map((gatewayId) => [gatewayId, outside.count(gatewayId)]));
  await waitFor("the survivor to own all", () => survivor?.partitions() === 8);
  await waitFor("all to be told again", () =>
    gateways.every((gatewayId) => outside.count(gatewayId) > (before.get(gatewayId) ?? 0)),
  );
  for (const gatewayId of gateways)
    await waitFor("the last change", async () => {
      const { desiredVersion } = await call(survivor?.broker ?? outside.broker, "config.get", { gatewayId });
      return desiredVersion === 2;
    });
});
