import { setTimeout as delay } from "node:timers/promises";

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2000;

/**
 * Tries again, with growing pauses, until `action` succeeds. `onError` gives up by throwing.
 * Rejects with the signal's reason when that aborts a pause.
 */
export async function untilDone<Result>(
  action: () => Promise<Result>,
  onError: (error: unknown) => void,
  signal: AbortSignal,
): Promise<Result> {
  for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
    signal.throwIfAborted();
    try {
      return await action();
    } catch (error) {
      onError(error);
    }
    await delay(wait, undefined, { signal, ref: false });
  }
}
