import { hostname } from "node:os";
import { ServiceBroker } from "moleculer";
import { logsOf } from "../application/log.ts";
import { parseEnvironment } from "../env.ts";
import { brokerOptions } from "../moleculer.config.ts";
import { COMMANDS, type Command } from "./repl/commands.ts";

/**
 * `npm run repl`: Moleculer's console in the running cluster of NATS_URL, with our commands. With arguments
 * (`npm run repl -- owners twin`) it runs one command, prints its result as JSON, and ends.
 */
const JOIN_MS = 5000;

function env() {
  const nodeId = `repl-${hostname()}-${process.pid}`;
  // A console needs no database; the check that nodes have one is not for it.
  const { NATS_URL = "", NAMESPACE } = process.env;
  if (!NATS_URL)
    throw new Error("NATS_URL: set it to that of the cluster; one node alone has no console to join");
  const parsed = parseEnvironment({ LOG_LEVEL: "warn", ...(NAMESPACE && { NAMESPACE }), NODE_ID: nodeId });
  return { ...parsed, NATS_URL };
}

function print(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}

async function run(broker: ServiceBroker, command: Command, args: readonly string[]): Promise<boolean> {
  try {
    print(await command.run(broker, ...args));
    return true;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return false;
  }
}

function usage({ name, parameters, description }: Command): string {
  return `${[name, ...parameters].join(" ").padEnd(28)} ${description}`;
}

async function runOnce(broker: ServiceBroker, name: string, args: readonly string[]): Promise<boolean> {
  const command = COMMANDS.find((one) => one.name === name);
  const needed = command?.parameters.filter((parameter) => parameter.startsWith("<")).length ?? 0;
  if (command && args.length >= needed) return run(broker, command, args);
  console.error(`repl: the commands are\n${COMMANDS.map((one) => `  ${usage(one)}`).join("\n")}`);
  return false;
}

function replCommands() {
  return COMMANDS.map((command) => ({
    command: [command.name, ...command.parameters].join(" "),
    description: command.description,
    /** Typed as an array; what comes is an object with the parameters by name. */
    action: async (broker: ServiceBroker, args: object) => {
      const given = command.parameters.map((parameter) => Reflect.get(args, parameter.slice(1, -1)));
      await run(broker, command, given.filter((value) => value !== undefined).map(String));
    },
  }));
}

async function main([name, ...args]: readonly string[]): Promise<void> {
  const environment = env();
  const broker = new ServiceBroker({
    ...brokerOptions(environment, logsOf(environment)),
    replOptions: { customCommands: replCommands() },
  });
  await broker.start();
  await broker.waitForServices("cluster", JOIN_MS).catch(() => {
    throw new Error("no node of a cluster answers at NATS_URL");
  });
  if (name === undefined) return void broker.repl();
  const succeeded = await runOnce(broker, name, args);
  await broker.stop();
  process.exit(succeeded ? 0 : 1);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`repl: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
