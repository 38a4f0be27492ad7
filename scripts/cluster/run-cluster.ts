import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startGuard } from "../servers/guard.ts";
import { type ServerName, type ServerSet, startServers } from "../servers/servers.ts";
import type { NodeProcess } from "./node-process.ts";
import type { ClusterOptions } from "./options.ts";
import { planNodes } from "./plans.ts";
import { runNodes } from "./run-nodes.ts";
import type { StopSignals } from "./signals.ts";

export type RunningCluster = {
  readonly nodes: readonly NodeProcess[];
  readonly servers: ServerSet;
  readonly token: string;
  /** Everything in it is thrown away, unless the user has named it. */
  readonly directory: string;
};

type ClusterRun = {
  readonly options: ClusterOptions;
  readonly signals: StopSignals;
  /** Of the nodes, when the environment says nothing (warn). */
  readonly logLevel?: string;
  /** Works beside the nodes, as they start, until `over`; when it is done first, the cluster stops. */
  readonly beside?: (cluster: RunningCluster, over: AbortSignal) => Promise<void>;
};

/** Starts the servers and nodes on a private folder; resolves when all have stopped. */
export async function runCluster(run: ClusterRun): Promise<void> {
  const { data } = run.options;
  const directory = resolve(data ?? mkdtempSync(join(tmpdir(), "gateway-twin-cluster-")));
  const guard = startGuard(data === undefined ? directory : undefined);
  try {
    await runIn(directory, run);
  } finally {
    await guard.end();
  }
}

async function runIn(directory: string, { options, signals, logLevel, beside }: ClusterRun): Promise<void> {
  const names: ServerName[] = ["nats", "mariadb", "redis"];
  if (options.bridge) names.push("mosquitto");
  print(`cluster: starting ${names.join(", ")} ...`);
  const servers = await startServers(names, directory);
  try {
    for (const { name, url, pid } of servers.started) print(`${name} is ready: ${url} pid=${pid}`);
    const token = process.env.ADMIN_TOKEN || randomBytes(24).toString("base64url");
    print(`ADMIN_TOKEN=${token}`);
    const plans = await planNodes(options.roles, {
      ...servers.variables,
      ADMIN_TOKEN: token,
      ...logging(logLevel),
    });
    await runNodes({
      plans,
      directory,
      token,
      print,
      signal: signals.stop,
      force: signals.force,
      ...(beside && { beside: (nodes, over) => beside({ nodes, servers, token, directory }, over) }),
    });
  } finally {
    await servers.stop();
  }
}

/** Our output is a pipe to the nodes, but maybe a terminal to who reads it; the shares should not get lost there. */
function logging(level = "warn"): Record<string, string> {
  const { LOG_FORMAT, LOG_LEVEL } = process.env;
  return {
    LOG_FORMAT: LOG_FORMAT || (process.stdout.isTTY ? "pretty" : "ecs"),
    LOG_LEVEL: LOG_LEVEL || level,
  };
}

function print(line: string): void {
  console.log(line);
}
