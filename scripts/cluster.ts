import { type ClusterOptions, parseOptions, USAGE } from "./cluster/options.ts";
import { runCluster } from "./cluster/run-cluster.ts";
import { listenForSignals } from "./cluster/signals.ts";
import { ensureTools, SERVER_COMMANDS } from "./tools.ts";

/** `npm run cluster`: several nodes on private servers, until a Ctrl-C. */
process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === "number") return options;
  const signals = listenForSignals();
  ensureTools(SERVER_COMMANDS);
  try {
    await runCluster({ options, signals });
    return signals.stop.aborted ? 0 : 1;
  } catch (error) {
    console.error(`cluster: ${messageOf(error)}`);
    return 1;
  }
}

function readOptions(): ClusterOptions | number {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`cluster: ${messageOf(error)}\n${USAGE}`);
    return 2;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
