import { type Options, parseOptions, USAGE, UsageError } from "./options.ts";
import { Simulation } from "./simulation.ts";

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === "number") return options;
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const stop = stopOnSignal();
  console.log(headline(options));
  try {
    return (await new Simulation(options, stop).run()) ? 0 : 1;
  } catch (error) {
    console.error(`simulate: ${stop.aborted ? "interrupted" : messageOf(error)}`);
    if (stop.aborted) return 130;
    return error instanceof UsageError ? 2 : 1;
  }
}

function readOptions(): Options | number {
  try {
    return parseOptions(process.argv.slice(2), process.env);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`simulate: ${error.message}`);
    return 2;
  }
}

/** The first signal ends the run cleanly, a second one at once. */
function stopOnSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => (controller.signal.aborted ? process.exit(130) : controller.abort()));
  }
  return controller.signal;
}

function headline({ gateways, replay, seed, mqttUrl, apiUrl }: Options): string {
  const what = replay === undefined ? `${gateways} gateways` : `replay of ${replay}`;
  return `${what}, seed ${seed}, MQTT ${mqttUrl}, API ${apiUrl}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
