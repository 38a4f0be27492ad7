import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { isGood, problemsOf, tableOf } from "../test/chaos/cluster/report.ts";
import { type Row, runNetworkScenarios, runScenario, SCENARIOS } from "../test/chaos/cluster/scenarios.ts";
import { seededRandom } from "../test/helpers/random.ts";
import { ensureTools, SERVER_COMMANDS } from "./tools.ts";

const RESULTS = new URL("../bench/CHAOS.md", import.meta.url);
const LIMIT_MS = 15 * 60_000;

/** `npm run chaos [-- T1 T4]`: all faults, or those whose names begin so; writes bench/CHAOS.md when all were run. */
ensureTools(SERVER_COMMANDS);
setTimeout(() => {
  console.error("chaos: it takes longer than 15 minutes");
  process.exit(1);
}, LIMIT_MS).unref();
const wanted = process.argv.slice(2);
const seed = Date.now() % 2 ** 31;
const rows = await runAll(seededRandom(seed));
if (wanted.length === 0) writeFileSync(RESULTS, pageOf(rows));
console.log(`\n${tableOf(rows)}`);
process.exitCode = rows.every(isGood) ? 0 : 1;

async function runAll(random: () => number): Promise<Row[]> {
  const rows: Row[] = [];
  const note = (row: Row) => {
    rows.push(row);
    console.log([`${row.name}: ${isGood(row) ? "PASS" : "MISS"}`, ...problemsOf(row)].join("\n  "));
  };
  for (const scenario of SCENARIOS) if (isWanted(scenario.name)) note(await runScenario(scenario, random));
  if (isWanted("T5")) for (const row of await runNetworkScenarios()) note(row);
  return rows;
}

function isWanted(name: string): boolean {
  return wanted.length === 0 || wanted.some((start) => `${name} `.startsWith(`${start} `));
}

function pageOf(rows: readonly Row[]): string {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const machine = `${cpus()[0]?.model ?? "unknown"}, ${availableParallelism()} cores, Node ${process.version}`;
  return `# Chaos results

Written by \`npm run chaos\` on ${new Date().toISOString()}, commit ${commit}, seed ${seed}; do not edit.
Machine: ${machine}; nodes, servers and load share it.

The gap is the time from the fault until the first acknowledged update that an affected gateway sent after it; of
planned restarts, joins and leaves (T7, T8) the longest time without an acknowledgement; of T2 the time until all
that the broker had was stored. "broken" counts gaps or copies of positions, older epochs after newer ones, epochs
with two owners, versions that do not grow by one, reads of the past.

${tableOf(rows)}
`;
}
