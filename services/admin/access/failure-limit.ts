import { LRUCache } from "lru-cache";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { SharedCounters } from "../../../actors/runtime/cache.ts";
import type { Counters } from "../../../mixins/counters.ts";

/** Whose failures are counted: where they came from, or what they were tried on. */
export type Source = { readonly by: "address" | "user" | "key"; readonly name: string };

type FailureLimitOptions = {
  /** Of all nodes. */
  readonly attempts: SharedCounters;
  readonly counters: Counters;
  readonly clock: () => number;
};

const WINDOW_MS = 60_000;
const LIMITS = { address: 20, user: 10, key: 10 };
const MAX_BLOCKED = 10_000;

/** After too many failures within a window, more of them are refused for as long. */
export class FailureLimit {
  readonly #options: FailureLimitOptions;
  readonly #blockedUntil = new LRUCache<string, number>({ max: MAX_BLOCKED });
  readonly #running = new Map<string, number>();

  constructor(options: FailureLimitOptions) {
    this.#options = options;
  }

  /**
   * Undefined is a failure. For what costs much, and what can be guessed: refused before it is tried. Those that run at
   * the same time have not failed yet, so there may not be more of them than failures.
   */
  async attempt<Result>(
    sources: readonly Source[],
    work: () => Promise<Result | undefined>,
  ): Promise<Result | undefined> {
    for (const source of sources) {
      this.#refuse(source);
      if (this.#runningOf(source) >= LIMITS[source.by]) throw this.#limited(source, 1);
    }
    this.#run(sources, 1);
    try {
      const result = await work();
      if (result === undefined) await this.#count(sources);
      return result;
    } finally {
      this.#run(sources, -1);
    }
  }

  /** Throws RATE_LIMITED instead of counting when there were too many already. */
  async failed(sources: readonly Source[]): Promise<void> {
    for (const source of sources) this.#refuse(source);
    await this.#count(sources);
  }

  async #count(sources: readonly Source[]): Promise<void> {
    const { attempts, clock } = this.#options;
    for (const source of sources) {
      const failures = await attempts.increment(`access-failures:${keyOf(source)}`, WINDOW_MS);
      if (failures >= LIMITS[source.by]) this.#blockedUntil.set(keyOf(source), clock() + WINDOW_MS);
    }
  }

  #refuse(source: Source): void {
    const waitMs = (this.#blockedUntil.get(keyOf(source)) ?? 0) - this.#options.clock();
    if (waitMs > 0) throw this.#limited(source, Math.ceil(waitMs / 1000));
  }

  #limited({ by }: Source, retryAfterSeconds: number): DomainError {
    this.#options.counters.count("gateway_twin.access.limited.total", { by });
    const windowSeconds = WINDOW_MS / 1000;
    return new DomainError("RATE_LIMITED", { limit: LIMITS[by], windowSeconds, retryAfterSeconds });
  }

  #runningOf(source: Source): number {
    return this.#running.get(keyOf(source)) ?? 0;
  }

  #run(sources: readonly Source[], change: number): void {
    for (const source of sources) {
      const running = this.#runningOf(source) + change;
      if (running > 0) this.#running.set(keyOf(source), running);
      else this.#running.delete(keyOf(source));
    }
  }
}

function keyOf({ by, name }: Source): string {
  return `${by}:${name}`;
}
