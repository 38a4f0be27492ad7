import { setTimeout as sleep } from "node:timers/promises";

/** Waits for it, but no longer than so many milliseconds. */
export async function within(ms: number, what: Promise<unknown>): Promise<void> {
  const timeout = new AbortController();
  await Promise.race([what, sleep(ms, undefined, { signal: timeout.signal }).catch(() => {})]);
  timeout.abort();
}
