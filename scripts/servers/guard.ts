import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** Reads pids, an empty line for none; at the end of its input kills the last one and removes the folder $1. */
const SCRIPT = `
pid=
while read -r line; do pid=$line; done
[ -z "$pid" ] || kill -9 "$pid"
[ -z "$1" ] || rm -rf -- "$1" || { sleep 1; rm -rf -- "$1"; }`;

export type Guard = {
  /** The process that must not outlive us. */
  readonly watch: (pid: number | undefined) => void;
  /** Removes the folder, kills what is still watched. Resolves when that is done. */
  readonly end: () => Promise<void>;
};

/**
 * A shell that ends a process and removes a folder as soon as our end of its pipe closes, which the system does
 * however we die: also after a kill -9, when none of our code runs any more. In a session of its own, so that a
 * Ctrl-C does not reach it.
 */
export function startGuard(temporaryDirectory: string | undefined): Guard {
  const shell = spawn("sh", ["-c", SCRIPT, "sh", temporaryDirectory ?? ""], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = once(shell, "exit");
  return {
    watch: (pid) => {
      shell.stdin.write(`${pid ?? ""}\n`);
    },
    end: async () => {
      shell.stdin.end();
      await ended;
    },
  };
}

/** The process does not outlive this one, however this one ends. Resolves when it has ended by itself. */
export async function endsWithUs(child: ChildProcess): Promise<void> {
  const guard = startGuard(undefined);
  guard.watch(child.pid);
  await once(child, "exit");
  guard.watch(undefined);
  await guard.end();
}
