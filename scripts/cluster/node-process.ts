import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startGuard } from "../servers/guard.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const STOP_LIMIT_MS = 20_000;

export type NodePlan = {
  readonly id: string;
  readonly roles: string;
  readonly httpUrl: string | undefined;
  readonly mqttUrl: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
};

export type NodeProcess = {
  readonly plan: NodePlan;
  readonly pid: number;
  readonly isRunning: () => boolean;
  /** Resolves with how it ended, whoever ended it. */
  readonly ended: Promise<string>;
  /** SIGTERM; SIGKILL when it still runs 20 s later. Resolves with how it ended. */
  readonly stop: () => Promise<string>;
  readonly kill: () => void;
};

/** Starts `main.ts` as `npm start` does, with its lines after its name. It does not outlive this process. */
export function startNode(plan: NodePlan, directory: string, print: (line: string) => void): NodeProcess {
  mkdirSync(directory, { recursive: true });
  const child = spawn(process.execPath, startArguments(), {
    cwd: ROOT,
    env: { ...process.env, ...plan.variables, DATA_DIR: directory },
    // A session of its own: a Ctrl-C is for us, and we stop the nodes before the servers.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (child.pid === undefined) throw new Error(`${plan.id} could not be started`);
  const guard = startGuard(undefined);
  guard.watch(child.pid);
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on("line", (line) => print(`${plan.id} | ${line}`));
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const ended = once(child, "exit").then(async ([code, signal]) => {
    guard.watch(undefined);
    await guard.end();
    return signal === null ? `with exit code ${code}` : `by ${signal}`;
  });
  return {
    plan,
    pid: child.pid,
    isRunning,
    ended,
    stop: async () => {
      child.kill("SIGTERM");
      await Promise.race([ended, sleep(STOP_LIMIT_MS, undefined, { ref: false })]);
      child.kill("SIGKILL");
      return ended;
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

/** Of package.json's start script: Node's options and the module. */
function startArguments(): string[] {
  const { scripts }: { scripts: { start: string } } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  );
  return scripts.start.split(" ").slice(1);
}
