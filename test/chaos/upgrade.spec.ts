import { DataTypes } from "sequelize";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrateAlone } from "../../stores/migrations/migrate.ts";
import { MIGRATIONS, type Migration } from "../../stores/migrations/migrations.ts";
import { addressOf, connectMysql } from "../../stores/mysql/connect.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { Lab } from "./cluster/lab.ts";
import { ChaosRun } from "./cluster/run.ts";
import { type ChaosServers, startChaosServers, stopChaosServers, urlsOf } from "./cluster/servers.ts";
import { previousProduct } from "./upgrade/previous.ts";
import { SettledGateways } from "./upgrade/settled-gateways.ts";

/** What a version after this one might add to the tables that are written most. */
const LATER: Migration = {
  name: "9001-later",
  up: async ({ context }) => {
    await context.addColumn("documents", "later", { type: DataTypes.BIGINT, allowNull: true });
    await context.addIndex("documents", ["type", "later"]);
    await context.addColumn("commits", "later", { type: DataTypes.STRING(64), allowNull: true });
  },
};

let servers: ChaosServers;
let previous: Awaited<ReturnType<typeof previousProduct>>;
let lab: Lab;
let run: ChaosRun;
let settled: SettledGateways;

beforeAll(async () => {
  previous = await previousProduct();
  servers = await startChaosServers();
  lab = new Lab(urlsOf(servers));
  lab.root = previous.path;
  await lab.start({ edges: 0, cores: 0, wholes: 2 });
  run = await ChaosRun.start(lab, { front: 16, broker: 4 });
  settled = await SettledGateways.start(lab, 10);
}, 180_000);

afterAll(async () => {
  await settled?.end();
  await run?.stop();
  await lab?.stop();
  if (servers) await stopChaosServers(servers);
  await previous?.remove();
}, 30_000);

/** Ends a node and starts it again from a folder; undefined: this tree. Everybody is served meanwhile. */
async function replace(id: string, root: string | undefined): Promise<void> {
  const code = await lab.node(id).end("SIGTERM");
  expect(code, lab.node(id).written).toBe(0);
  lab.root = root;
  lab.restart(id);
  await lab.untilMembers([id]);
  await lab.untilShared();
  await run.fleet.gapsSince(performance.now(), run.fleet.ids);
}

/** By the word of a node of this version, which those before it do not know. */
async function untilThisVersion(ids: readonly string[]): Promise<void> {
  await waitFor(`${ids.join(", ")} alone to have told a version`, async () => {
    const nodes = (await lab.cluster())?.nodes ?? [];
    const told = nodes.filter(({ version }) => version !== undefined).map(({ nodeId }) => nodeId);
    return told.sort().join() === ids.join();
  });
}

describe("the previous version and this one, side by side under load", { timeout: 180_000 }, () => {
  it("share the work when a node of this version joins and brings its schema", async () => {
    lab.root = undefined;
    await lab.addEdge("core-3", "all");
    await lab.untilMembers(["core-3"]);
    await lab.untilShared();
    await run.fleet.gapsSince(performance.now(), run.fleet.ids);
    expect(run.callers.failed).toEqual([]);
  });

  it("write on while a later migration changes the tables of the actors", async () => {
    const sequelize = connectMysql(addressOf(lab.databaseUrl), 60_000);
    try {
      await migrateAlone(sequelize, [...MIGRATIONS, LATER]);
    } finally {
      await sequelize.close();
    }
    await run.fleet.gapsSince(performance.now(), run.fleet.ids);
    expect(run.callers.failed).toEqual([]);
  });

  it("change places, node by node, and one goes back, on a store that is newer than it", async () => {
    for (const id of ["core-1", "core-2"]) await replace(id, undefined);
    await untilThisVersion(["core-1", "core-2", "core-3"]);
    await replace("core-2", previous.path);
    await untilThisVersion(["core-1", "core-3"]);
    expect(run.callers.failed).toEqual([]);
  });

  it("have lost nothing, done nothing twice, and told no gateway again what it has", async () => {
    expect(await settled.open()).toEqual([]);
    expect(settled.links, "fronts went away").toBeGreaterThan(10);
    expect(settled.toldAgain).toBe(0);
    const { lost, doubled, broken, failed } = await run.finish();
    expect({ lost, doubled, broken, failed }).toEqual({ lost: [], doubled: [], broken: [], failed: [] });
    expect(offline(run)).toEqual([]);
  });
});

/** Nobody has left for longer than it takes to come back. */
function offline({ rows }: ChaosRun): string[] {
  return rows.rows
    .filter(({ type }) => type === "presence")
    .flatMap(({ changes }) => changes)
    .filter(({ events = [] }) => events.some((event) => (event as { to?: string }).to === "OFFLINE"))
    .map(({ actorId, time }) => `${actorId} was said to be offline at ${time}`);
}
