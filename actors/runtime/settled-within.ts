import { setTimeout as delay } from "node:timers/promises";

/** Whether the promise settles within the time; it is left to itself when not. Its rejection counts as settled. */
export async function settledWithin(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const waiting = new AbortController();
  const settled = promise.then(
    () => true,
    () => true,
  );
  const tooLate = delay(ms, false, { signal: waiting.signal }).catch(() => false);
  const result = await Promise.race([settled, tooLate]);
  waiting.abort();
  return result;
}
