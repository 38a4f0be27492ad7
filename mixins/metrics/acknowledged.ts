import type { Counters, Metrics } from "../counters.ts";
import { Distribution, SECONDS } from "./distribution.ts";

/** How long messages of gateways waited for their acknowledgement. */
export class Acknowledged {
  readonly #taken: Distribution;
  readonly #refused: Distribution;
  #now: number | undefined;

  /** `area`: before the name of the metric. It is on the page where `counters` can do that. */
  constructor(counters: Counters & Partial<Pick<Metrics, "distribution">>, area: string) {
    const of = (result: string) =>
      counters.distribution?.(`${area}.acknowledgement.seconds`, { result }, SECONDS) ??
      new Distribution(SECONDS);
    this.#taken = of("taken");
    this.#refused = of("refused");
  }

  /** Milliseconds. The clock is read once for all that one turn of the event loop brings. */
  now(): number {
    if (this.#now === undefined) {
      this.#now = performance.now();
      queueMicrotask(() => {
        this.#now = undefined;
      });
    }
    return this.#now;
  }

  /** `since`: by the same clock. */
  ended(isTaken: boolean, since: number): void {
    (isTaken ? this.#taken : this.#refused).observe((this.now() - since) / 1000);
  }
}
