import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type ClusterOptions, parseOptions, USAGE } from "./cluster/options.ts";
import { planNodes } from "./cluster/plans.ts";
import { runNodes } from "./cluster/run-nodes.ts";
import { listenForSignals, type StopSignals } from "./cluster/signals.ts";
import { startGuard } from "./servers/guard.ts";
import { type ServerName, startServers } from "./servers/servers.ts";
import { ensureTools, SERVER_COMMANDS } from "./tools.ts";

/** `npm run cluster`: several nodes on private servers, until a Ctrl-C. */
process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === "number") return options;
  const signals = listenForSignals();
  ensureTools(SERVER_COMMANDS);
  const directory = resolve(options.data ?? mkdtempSync(join(tmpdir(), "gateway-twin-cluster-")));
  const guard = startGuard(options.data === undefined ? directory : undefined);
  try {
    await runCluster(options, directory, signals);
    return signals.stop.aborted ? 0 : 1;
  } catch (error) {
    console.error(`cluster: ${messageOf(error)}`);
    return 1;
  } finally {
    await guard.end();
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

async function runCluster(options: ClusterOptions, directory: string, signals: StopSignals): Promise<void> {
  const names: ServerName[] = ["nats", "mariadb", "redis"];
  if (options.bridge) names.push("mosquitto");
  print(`cluster: starting ${names.join(", ")} ...`);
  const servers = await startServers(names, directory);
  try {
    for (const { name, url, pid } of servers.started) print(`${name} is ready: ${url} pid=${pid}`);
    const token = process.env.ADMIN_TOKEN || randomBytes(24).toString("base64url");
    print(`ADMIN_TOKEN=${token}`);
    const plans = await planNodes(options.roles, { ...servers.variables, ADMIN_TOKEN: token, ...logging() });
    await runNodes({ plans, directory, token, print, signal: signals.stop, force: signals.force });
    if (!signals.stop.aborted) print("cluster: no node runs any more");
  } finally {
    await servers.stop();
  }
}

/** Our output is a pipe to the nodes, but maybe a terminal to who reads it; the shares should not get lost there. */
function logging(): Record<string, string> {
  const { LOG_FORMAT, LOG_LEVEL } = process.env;
  return {
    LOG_FORMAT: LOG_FORMAT || (process.stdout.isTTY ? "pretty" : "ecs"),
    LOG_LEVEL: LOG_LEVEL || "warn",
  };
}

function print(line: string): void {
  console.log(line);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
