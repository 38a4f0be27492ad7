import type { Counters } from "../../../mixins/counters.ts";

type Tally = { readonly name: string; readonly labels: Record<string, string>; n: number };

/** Adds up in memory: a metric with labels costs more than the rest of a message's way. */
export class BufferedCounters implements Counters {
  readonly #target: Counters;
  readonly #tallies = new Map<string, Map<string, Tally>>();

  constructor(target: Counters) {
    this.#target = target;
  }

  /** Buffers at most one label. */
  count(name: string, labels: Record<string, string> = {}, n = 1): void {
    const [value = ""] = Object.values(labels);
    const byLabel = this.#tallies.get(name) ?? new Map<string, Tally>();
    this.#tallies.set(name, byLabel);
    const tally = byLabel.get(value);
    if (tally) tally.n += n;
    else byLabel.set(value, { name, labels, n });
  }

  gauge(name: string, value: number, labels?: Record<string, string>): void {
    this.#target.gauge(name, value, labels);
  }

  flush(): void {
    for (const byLabel of this.#tallies.values()) {
      for (const tally of byLabel.values()) {
        if (tally.n > 0) this.#target.count(tally.name, tally.labels, tally.n);
        tally.n = 0;
      }
    }
  }
}
