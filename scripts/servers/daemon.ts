import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const READY_LIMIT_MS = 30_000;
const SHOWN_CHARACTERS = 4000;

export type Address = { readonly host: string; readonly port: number };

/** How a server is known to answer. */
export type Readiness = {
  /** What it writes when it listens. Our own process must say so: another's might answer on the port. */
  readonly readyText: string;
  /** Connects and makes one request. */
  readonly probe: (address: Address) => Promise<void>;
};

/** One run of a server's process. */
export type Daemon = {
  readonly pid: number;
  readonly isRunning: () => boolean;
  /** Resolves when it answers; rejects with what it wrote when it ends before, or takes longer than 30 s. */
  readonly ready: (readiness: Readiness, address: Address) => Promise<void>;
  /** Sends the signal; resolves after its exit, also when it has ended already. */
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
};

/** Starts the program in a session of its own, so that a Ctrl-C is not for it. It writes to `server.log`. */
export function startDaemon(
  command: string,
  args: readonly string[],
  directory: string,
  onExit: () => void,
): Daemon {
  const path = join(directory, "server.log");
  // A file, not a pipe: a pipe nobody reads for a while would stop the server.
  const log = openSync(path, "a");
  const { size: start } = statSync(path);
  const child = spawn(command, args, { cwd: directory, detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  if (child.pid === undefined) throw new Error(`${command} could not be started`);
  const exited = once(child, "exit").finally(onExit);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const written = () => readFileSync(path).subarray(start).toString();
  return {
    pid: child.pid,
    isRunning,
    ready: (readiness, address) => ready(readiness, address, { isRunning, written }),
    end: async (signal) => {
      child.kill(signal);
      await exited;
    },
  };
}

type Run = { readonly isRunning: () => boolean; readonly written: () => string };

async function ready({ readyText, probe }: Readiness, address: Address, run: Run): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  let problem = `it did not write '${readyText}'`;
  while (run.isRunning() && Date.now() < deadline) {
    if (run.written().includes(readyText)) {
      try {
        return await probe(address);
      } catch (error) {
        problem = String(error);
      }
    }
    await sleep(5);
  }
  const what = run.isRunning() ? `does not answer (${problem})` : "ended";
  throw new Error(
    `the server on port ${address.port} ${what}; it wrote:\n${run.written().slice(-SHOWN_CHARACTERS)}`,
  );
}
