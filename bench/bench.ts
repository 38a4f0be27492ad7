import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { describeEnvironment } from "./environment.ts";
import { type Options, parseOptions, writesResults } from "./options.ts";
import { measureMemory } from "./parts/memory.ts";
import { FULL, type Plan, QUICK, variantsFor } from "./plan.ts";
import { renderReport } from "./report.ts";
import { faultsOf, type Results } from "./results.ts";
import { measure, openLanes } from "./session.ts";

const RESULTS_FILE = new URL("RESULTS.md", import.meta.url);

/** Answers what went wrong; a complete run without faults is written down. */
async function run(options: Options, plan: Plan): Promise<string[]> {
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
  if (options.parts.includes("memory")) results.memory = await measureMemory(plan.memoryTwins);
  const faults = [...failures, ...faultsOf(results, plan.rounds)];
  await publish(results, faults.length === 0 && writesResults(options));
  return faults;
}

async function publish(results: Results, toFile: boolean): Promise<void> {
  const text = renderReport(results);
  console.log(`\n${text}`);
  if (toFile) await writeFile(RESULTS_FILE, text);
}

async function deadline(ms: number): Promise<string[]> {
  await sleep(ms);
  return [`not finished within ${ms / 60_000} minutes`];
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  const plan = options.quick ? QUICK : FULL;
  const faults = await Promise.race([run(options, plan), deadline(plan.deadlineMs)]);
  for (const fault of faults) console.error(`bench: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

// An explicit exit: whatever is still running then is stopped with this process.
main().then(process.exit, (error: Error) => {
  console.error(`bench: ${error.message}`);
  process.exit(1);
});
