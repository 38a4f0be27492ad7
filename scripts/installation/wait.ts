import { setTimeout as delay } from "node:timers/promises";

const LOOK_MS = 50;

/** Looks again and again; gives up without an error after `timeoutMs`. */
export async function waitFor(isDone: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!isDone() && performance.now() < deadline) await delay(LOOK_MS);
}
