import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { endsWithUs } from "../servers/guard.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const STOP_LIMIT_MS = 20_000;

export type Child = {
  readonly pid: number;
  readonly isRunning: () => boolean;
  /** Resolves with how it ended, whoever ended it. */
  readonly ended: Promise<string>;
  /** SIGTERM; SIGKILL when it still runs 20 s later. Resolves with how it ended. */
  readonly stop: () => Promise<string>;
  readonly kill: () => void;
};

type ChildOptions = {
  /** Before each of its lines. */
  readonly name: string;
  /** Of Node: its options, the module, the module's arguments. */
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly print: (line: string) => void;
};

/** Starts a module of ours in a process of its own, which does not outlive this one. */
export function startChild({ name, args, variables, print }: ChildOptions): Child {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...variables },
    // A session of its own: a Ctrl-C is for us, and we stop the nodes before the servers.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (child.pid === undefined) throw new Error(`${name} could not be started`);
  const guarded = endsWithUs(child);
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on("line", (line) => print(`${name} | ${line}`));
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const ended = guarded.then(() =>
    child.signalCode === null ? `with exit code ${child.exitCode}` : `by ${child.signalCode}`,
  );
  return {
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
