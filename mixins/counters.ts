import type { ServiceBroker } from "moleculer";

/** Where services count what happens. Label values come from small fixed sets, never from ids. */
export type Counters = {
  readonly count: (name: string, labels?: Record<string, string>, n?: number) => void;
  readonly gauge: (name: string, value: number, labels?: Record<string, string>) => void;
};

/** The same with distributions. */
export type Metrics = Counters & {
  /** `buckets`: upper bounds, growing; always the same ones for a name. */
  readonly observe: (
    name: string,
    value: number,
    labels: Record<string, string>,
    buckets: readonly number[],
  ) => void;
};

/** Counters in Moleculer's metrics; each is registered when it is first used. */
export function metricCounters(broker: ServiceBroker): Metrics {
  const known = new Set<string>();
  const isNew = (name: string) => !known.has(name) && known.add(name);
  return {
    count: (name, labels = {}, n = 1) => {
      if (isNew(name)) broker.metrics.register({ type: "counter", name, labelNames: Object.keys(labels) });
      broker.metrics.increment(name, labels, n);
    },
    gauge: (name, value, labels = {}) => {
      if (isNew(name)) broker.metrics.register({ type: "gauge", name, labelNames: Object.keys(labels) });
      broker.metrics.set(name, value, labels);
    },
    observe: (name, value, labels, buckets) => {
      const labelNames = Object.keys(labels);
      // Without quantiles, be they none, Moleculer's page has neither sum nor count.
      const options = { buckets: [...buckets], quantiles: [] };
      if (isNew(name)) broker.metrics.register({ type: "histogram", name, labelNames, ...options });
      broker.metrics.observe(name, value, labels);
    },
  };
}
