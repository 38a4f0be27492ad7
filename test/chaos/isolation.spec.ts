import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ChaosServers, startChaosServers, stopChaosServers } from "./cluster/servers.ts";
import { Fleet } from "./isolation/fleet.ts";
import { FAULTS, isolate, type Row, tableOf } from "./isolation/isolation.ts";
import { Site } from "./isolation/site.ts";

/** The short form of `npm run isolation`: away for longer than the gateways' keep-alive, not for a minute. */
const GATEWAYS = 100;
const KEEP_ALIVE_SECONDS = 5;
const AWAY_MS = 12_000;

let servers: ChaosServers;
let site: Site;
let fleet: Fleet;
const rows: Row[] = [];

beforeAll(async () => {
  servers = await startChaosServers();
  site = new Site(servers);
  await site.start();
  fleet = await Fleet.start(site, GATEWAYS, KEEP_ALIVE_SECONDS);
}, 120_000);

afterAll(async () => {
  process.stdout.write(`${tableOf(rows)}\n`);
  await fleet?.stop();
  await site?.stop();
  await stopChaosServers(servers);
}, 60_000);

describe("gateways do not notice, and get what they need and nothing else:", { timeout: 240_000 }, () => {
  it.each(FAULTS)("$name", async (fault) => {
    const row = await isolate({ site, fleet, awayMs: AWAY_MS, changeEvery: 5 }, fault);
    rows.push(row);
    expect(row).toMatchObject({ falseOffline: 0, needless: 0, notInSync: 0, changed: GATEWAYS / 5 });
    expect(row.needed).toBeGreaterThanOrEqual(row.changed);
  });
});
