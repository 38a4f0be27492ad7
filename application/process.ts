/** Does a process of this machine run under that pid? */
export function isRunning(pid: number): boolean {
  // In a container every process may have the same pid: our own pid in an old session means that one is gone.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
