import { DomainError } from "../../../actors/contracts/errors.ts";

/** Runs at most `atOnce` pieces of work, lets `maxWaiting` more wait, and refuses the rest. */
export function boundedQueue(atOnce: number, maxWaiting: number) {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function enter(): Promise<void> {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (waiting.length >= maxWaiting) throw new DomainError("OVERLOADED");
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  /** The place goes to the next in line, if there is one. */
  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }

  return async <T>(work: () => Promise<T>): Promise<T> => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
