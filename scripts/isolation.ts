import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { startChaosServers, stopChaosServers } from "../test/chaos/cluster/servers.ts";
import { Fleet } from "../test/chaos/isolation/fleet.ts";
import { FAULTS, isGood, isolate, type Row, tableOf } from "../test/chaos/isolation/isolation.ts";
import { Site } from "../test/chaos/isolation/site.ts";
import { ensureTools, SERVER_COMMANDS } from "./tools.ts";

const RESULTS = new URL("../bench/ISOLATION.md", import.meta.url);
const LIMIT_MS = 15 * 60_000;
const GATEWAYS = 500;
const KEEP_ALIVE_SECONDS = 20;
const AWAY_MS = 60_000;
const CHANGE_EVERY = 5;

/** `npm run isolation`: services of ours go away under connected gateways; writes bench/ISOLATION.md. */
ensureTools(SERVER_COMMANDS);
setTimeout(() => {
  console.error("isolation: it takes longer than 15 minutes");
  process.exit(1);
}, LIMIT_MS).unref();
const rows = await runAll();
writeFileSync(RESULTS, pageOf(rows));
console.log(`\n${tableOf(rows)}`);
process.exitCode = rows.every(isGood) ? 0 : 1;

async function runAll(): Promise<Row[]> {
  const servers = await startChaosServers();
  const site = new Site(servers);
  try {
    await site.start();
    return await runFaults(site);
  } finally {
    await site.stop();
    await stopChaosServers(servers);
  }
}

async function runFaults(site: Site): Promise<Row[]> {
  const fleet = await Fleet.start(site, GATEWAYS, KEEP_ALIVE_SECONDS);
  const rows: Row[] = [];
  try {
    for (const fault of FAULTS) {
      const row = await isolate({ site, fleet, awayMs: AWAY_MS, changeEvery: CHANGE_EVERY }, fault);
      rows.push(row);
      console.log(`${fault.name}: ${isGood(row) ? "PASS" : "MISS"}`);
    }
    return rows;
  } finally {
    await fleet.stop();
  }
}

function pageOf(rows: readonly Row[]): string {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const machine = `${cpus()[0]?.model ?? "unknown"}, ${availableParallelism()} cores, Node ${process.version}`;
  return `# Isolation results

Written by \`npm run isolation\` on ${new Date().toISOString()}, commit ${commit}; do not edit.
Machine: ${machine}; nodes, servers and gateways share it.

${GATEWAYS} simulated gateways with a keep-alive of ${KEEP_ALIVE_SECONDS} s are connected to two fronts; each other service
runs in processes of its own. A service that is away is away for ${AWAY_MS / 1000} s. Meanwhile the desired state of every
${CHANGE_EVERY}th gateway is changed over REST.

${tableOf(rows)}
`;
}
