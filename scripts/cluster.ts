import { parseOptions, USAGE } from "./cluster/options.ts";
import { runCluster } from "./cluster/run-cluster.ts";
import { listenForSignals } from "./cluster/signals.ts";
import { messageOf, readOptions } from "./command-line.ts";
import { ensureTools, SERVER_COMMANDS } from "./tools.ts";

/** `npm run cluster`: several nodes on private servers, until a Ctrl-C. */
process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions("cluster", USAGE, parseOptions);
  if (!options) return 2;
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
