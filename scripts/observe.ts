import { type RunningCluster, runCluster } from "./cluster/run-cluster.ts";
import { listenForSignals } from "./cluster/signals.ts";
import { messageOf, readOptions } from "./command-line.ts";
import { type Observed, observe } from "./observe/observed.ts";
import { type ObserveOptions, parseOptions, USAGE } from "./observe/options.ts";
import { prove } from "./observe/prove.ts";
import { ensureTools, SERVER_COMMANDS } from "./tools.ts";

/** Seconds between two scrapes. */
const INTERVAL = 5;

/** `npm run observe`: a cluster, a fleet and Prometheus with our alerts, until a Ctrl-C. */
process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions("observe", USAGE, parseOptions);
  if (!options) return 2;
  const signals = listenForSignals();
  ensureTools([...SERVER_COMMANDS, "prometheus", "promtool"]);
  let isDone = false;
  const beside = async (cluster: RunningCluster, over: AbortSignal) => {
    isDone = options.prove
      ? await prove(cluster, options.gateways, over)
      : await show(cluster, options, over);
  };
  try {
    // What a proof does to the nodes fills pages of logs.
    const logLevel = options.prove ? "fatal" : "error";
    await runCluster({ options: clusterOptions(options), signals, logLevel, beside });
    return isDone || (signals.stop.aborted && !options.prove) ? 0 : 1;
  } catch (error) {
    console.error(`observe: ${messageOf(error)}`);
    return 1;
  }
}

/** For a proof the actors are on nodes of their own: what kills those leaves somebody who tells of it. */
function clusterOptions({ nodes, prove: isProof }: ObserveOptions) {
  const others = Array<string>(nodes - 1).fill(isProof ? "core" : "all");
  return { roles: [isProof ? "edge,bff,admin,job,task" : "all", ...others], bridge: true, data: undefined };
}

/** Resolves to whether its time passed before all was over. */
async function show(cluster: RunningCluster, options: ObserveOptions, over: AbortSignal): Promise<boolean> {
  const { gateways, seconds } = options;
  await observe(cluster, { gateways, intervalSeconds: INTERVAL }, over, async (observed) => {
    console.log(addresses(observed));
    await passed(seconds, over);
  });
  return !over.aborted;
}

function addresses({ httpUrl, prometheus, cluster }: Observed): string {
  return [
    `REST: ${httpUrl} (ADMIN_TOKEN=${cluster.token})`,
    `docs: ${httpUrl}/docs`,
    `metrics: ${httpUrl}/metrics`,
    `Prometheus: ${prometheus.url} (alerts: ${prometheus.url}/alerts)`,
  ].join("\n");
}

/** Resolves after so long, or when it is over. */
async function passed(seconds: number | undefined, over: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  over.addEventListener("abort", () => resolve(), { once: true });
  const timer = seconds === undefined ? undefined : setTimeout(resolve, seconds * 1000);
  await promise;
  clearTimeout(timer);
}
