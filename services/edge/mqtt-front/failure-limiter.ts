import type { SharedCounters } from "../../../actors/runtime/cache.ts";

/** Counts attempts per name in a window that starts with the first; a success clears them. */
export class FailureLimiter {
  readonly #attempts: SharedCounters;
  readonly #limit: number;
  readonly #windowMs: number;

  constructor(attempts: SharedCounters, limit: number, windowMs: number) {
    this.#attempts = attempts;
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** Counted when it begins: many that run at the same time have not failed yet. */
  async mayTry(name: string): Promise<boolean> {
    return (await this.#attempts.increment(keyOf(name), this.#windowMs)) <= this.#limit;
  }

  clear(name: string): void {
    void this.#attempts.reset(keyOf(name));
  }
}

function keyOf(name: string): string {
  return `password-attempts:${name}`;
}
