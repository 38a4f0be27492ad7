import type { ServiceBroker } from "moleculer";

/** Where services count what happens. Label values come from small fixed sets, never from ids. */
export type Counters = {
  readonly count: (name: string, labels?: Record<string, string>, n?: number) => void;
  readonly gauge: (name: string, value: number, labels?: Record<string, string>) => void;
};

/** Counters in Moleculer's metrics; each is registered when it is first used. */
export function metricCounters(broker: ServiceBroker): Counters {
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
  };
}
