import { type ChildProcess, fork, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Calls, Peer } from "./ipc.ts";

const GRACE_MS = 10_000;
const live = new Set<ChildProcess>();
/** Servers that are started, and ended, by others. */
const serverPids = new Set<number>();

process.once("exit", () => {
  for (const child of live) child.kill("SIGKILL");
});

export type Child<C extends Calls> = { pid: number; peer: Peer<C>; stop: () => Promise<void> };

/** Starts a TypeScript module of the bench as its own process; `execArgv` are flags of node. */
export function forkModule<C extends Calls>(
  path: string,
  label: string,
  execArgv: string[] = process.execArgv,
): Child<C> {
  const file = fileURLToPath(new URL(path, import.meta.url));
  const child = track(fork(file, { execArgv, stdio: ["ignore", "inherit", "inherit", "ipc"] }));
  return { pid: pidOf(child), peer: new Peer<C>(child, label), stop: () => stopChild(child) };
}

export function spawnTracked(command: string, args: string[], options: SpawnOptions): ChildProcess {
  return track(spawn(command, args, options));
}

export function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error("the process could not be started");
  return child.pid;
}

export function countAsOurs(pid: number): void {
  serverPids.add(pid);
}

/** All processes of the bench, without this one. */
export function ourPids(): number[] {
  return [...serverPids, ...[...live].flatMap(({ pid }) => pid ?? [])];
}

export async function stopChild(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await Promise.race([ended, sleep(GRACE_MS, undefined, { ref: false })]);
  if (!hasEnded(child)) child.kill("SIGKILL");
  await ended;
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function track(child: ChildProcess): ChildProcess {
  live.add(child);
  child.once("exit", () => live.delete(child));
  return child;
}
