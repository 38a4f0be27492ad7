import { setTimeout as sleep } from "node:timers/promises";
import { CLUSTER_FULL, CLUSTER_QUICK } from "./cluster/plan.ts";
import { runCluster } from "./cluster/run.ts";
import { describeEnvironment } from "./environment.ts";
import { type Options, parseOptions, writesClusterResults, writesResults } from "./options.ts";
import { measureMemory } from "./parts/memory.ts";
import { FULL, QUICK, variantsFor } from "./plan.ts";
import { renderReport } from "./report.ts";
import { measureRest } from "./rest/rest.ts";
import { faultsOf, type Results } from "./results.ts";
import { type Reports, writeReports } from "./results-file.ts";
import { measure, openLanes } from "./session.ts";

/** Answers what went wrong; a complete run without faults is written down. */
async function runEmbedded(options: Options): Promise<string[]> {
  const plan = options.quick ? QUICK : FULL;
  const { lanes, failures } = await openLanes(variantsFor(plan, options.parts), options.quick);
  if (failures.length > 0 && !options.quick) return failures;
  const results: Results = {
    date: new Date(),
    environment: await describeEnvironment(),
    measureMs: plan.measureMs,
    variants: lanes.map(({ variant }) => variant),
    ...(await measure(lanes, options.parts, plan)),
  };
  for (const lane of lanes) await lane.close();
  if (options.parts.includes("rest")) results.rest = await measureRest(plan);
  if (options.parts.includes("memory")) results.memory = await measureMemory(plan.memoryTwins);
  const faults = [...failures, ...faultsOf(results, plan.rounds)];
  await publish({ embedded: renderReport(results) }, faults.length === 0 && writesResults(options));
  return faults;
}

async function runOnServers(options: Options): Promise<string[]> {
  const plan = options.quick ? CLUSTER_QUICK : CLUSTER_FULL;
  const { report, faults } = await runCluster(options.clusterParts, plan);
  await publish({ cluster: report }, faults.length === 0 && writesClusterResults(options));
  return faults;
}

async function publish(reports: Reports, toFile: boolean): Promise<void> {
  for (const text of Object.values(reports)) console.log(`\n${text}`);
  if (toFile) await writeReports(reports);
}

async function within(ms: number, work: Promise<string[]>): Promise<string[]> {
  const late = sleep(ms, undefined, { ref: false }).then(() => {
    throw new Error(`not finished within ${ms / 60_000} minutes`);
  });
  return Promise.race([work, late]);
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  const { quick, parts, clusterParts } = options;
  const faults: string[] = [];
  if (parts.length > 0)
    faults.push(...(await within((quick ? QUICK : FULL).deadlineMs, runEmbedded(options))));
  if (clusterParts.length > 0)
    faults.push(...(await within((quick ? CLUSTER_QUICK : CLUSTER_FULL).deadlineMs, runOnServers(options))));
  for (const fault of faults) console.error(`bench: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

// An explicit exit: whatever is still running then is stopped with this process.
main().then(process.exit, (error: Error) => {
  console.error(`bench: ${error.message}`);
  process.exit(1);
});
