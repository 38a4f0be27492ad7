import type { ServiceBroker } from "moleculer";
import { Distribution } from "./metrics/distribution.ts";

type Labels = Record<string, string>;

/** Where services count what happens. Label values come from small fixed sets, never from ids. */
export type Counters = {
  readonly count: (name: string, labels?: Labels, n?: number) => void;
  readonly gauge: (name: string, value: number, labels?: Labels) => void;
};

/** The same with distributions, and with what is looked at only when somebody asks. */
export type Metrics = Counters & {
  /** `buckets`: upper bounds, growing; always the same ones for a name. */
  readonly observe: (name: string, value: number, labels: Labels, buckets: readonly number[]) => void;
  /** For what happens often: the caller keeps it. It is on the page from now on. */
  readonly distribution: (name: string, labels: Labels, buckets: readonly number[]) => Distribution;
  /** A counter that is counted elsewhere: `value` is all since the start. */
  readonly total: (name: string, value: number, labels?: Labels) => void;
  /** Called before each page is written. */
  readonly onScrape: (collect: () => void) => void;
  /** To be called when somebody asks for the page. */
  readonly collect: () => void;
};

/** Counters in Moleculer's metrics; each is registered when it is first used. */
export function metricCounters({ metrics }: Pick<ServiceBroker, "metrics">): Metrics {
  const distributions = new Distributions(metrics);
  const collectors: (() => void)[] = [];
  const counter = (name: string, labels: Labels) =>
    metrics.hasMetric(name) || metrics.register({ type: "counter", name, labelNames: Object.keys(labels) });
  const gauge = (name: string, labels: Labels) =>
    metrics.hasMetric(name) || metrics.register({ type: "gauge", name, labelNames: Object.keys(labels) });
  return {
    count: (name, labels = {}, n = 1) => {
      counter(name, labels);
      metrics.increment(name, labels, n);
    },
    gauge: (name, value, labels = {}) => {
      gauge(name, labels);
      metrics.set(name, value, labels);
    },
    total: (name, value, labels = {}) => {
      counter(name, labels);
      metrics.set(name, value, labels);
    },
    observe: (name, value, labels, buckets) => distributions.of(name, labels, buckets).observe(value),
    distribution: (name, labels, buckets) => distributions.of(name, labels, buckets),
    onScrape: (collect) => void collectors.push(collect),
    collect: () => {
      for (const collect of collectors) collect();
      distributions.publish();
    },
  };
}

type Kept = { readonly name: string; readonly labels: Labels; readonly distribution: Distribution };

/** Moleculer's own histograms do much for each value; these are copied into them when somebody asks. */
class Distributions {
  readonly #metrics: ServiceBroker["metrics"];
  readonly #kept = new Map<string, Kept>();

  constructor(metrics: ServiceBroker["metrics"]) {
    this.#metrics = metrics;
  }

  of(name: string, labels: Labels, buckets: readonly number[]): Distribution {
    const key = [name, ...Object.values(labels)].join("|");
    const known = this.#kept.get(key);
    if (known) return known.distribution;
    const labelNames = Object.keys(labels);
    if (!this.#metrics.hasMetric(name))
      this.#metrics.register({ type: "histogram", name, labelNames, buckets: [...buckets] });
    const distribution = new Distribution(buckets);
    this.#kept.set(key, { name, labels, distribution });
    return distribution;
  }

  publish(): void {
    for (const [key, { name, labels, distribution }] of this.#kept) {
      const metric = this.#metrics.getMetric(name);
      metric?.values.set(key, { labels, ...itemOf(distribution) });
      metric?.setDirty();
    }
  }
}

/** In the words of Moleculer's histogram: a bucket has all that is below its bound. */
function itemOf({ bounds, counts, sum }: Distribution) {
  let count = 0;
  const bucketValues: Record<number, number> = {};
  for (const [index, bound] of bounds.entries()) {
    count += counts[index] ?? 0;
    bucketValues[bound] = count;
  }
  return { bucketValues, count: count + (counts.at(-1) ?? 0), sum };
}
