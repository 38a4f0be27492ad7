import { setTimeout as delay } from "node:timers/promises";
import { DomainError } from "../../actors/contracts/errors.ts";
import { failureOfThrown } from "../../mixins/call-failure.ts";

const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 250;

type CallAgainOptions = {
  /** For all tries together. */
  readonly timeoutMs: number;
  /** Does it no harm to do it twice? Else it is made again only when it cannot have been done. */
  readonly isRepeatable: boolean;
};

/** Makes a call again whose node has gone, or is not known yet, until the time is over; then throws the last error. */
export async function callAgain<Result>(
  attempt: (timeoutMs: number) => Promise<Result>,
  { timeoutMs, isRepeatable }: CallAgainOptions,
): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LAST_PAUSE_MS)) {
    try {
      return await attempt(Math.max(1, deadline - performance.now()));
    } catch (error) {
      if (!mayHelp(error, isRepeatable) || performance.now() + pause >= deadline) throw error;
    }
    await delay(pause);
  }
}

/** What a service itself has answered stays so. */
function mayHelp(error: unknown, isRepeatable: boolean): boolean {
  if (error instanceof DomainError) return false;
  const failure = failureOfThrown(error);
  return failure !== undefined && (isRepeatable || !failure.mayBeDone);
}
