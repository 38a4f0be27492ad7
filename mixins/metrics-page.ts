import { MetricReporters, type ServiceBroker } from "moleculer";
import type { Metrics } from "./counters.ts";
import { METRICS, prometheusName } from "./metrics/catalogue.ts";

/** What Moleculer counts itself is in milliseconds, and not valid as it writes it: see decision 0027. */
const OWN = ["gateway_twin.**", "process.cpu.seconds.total", "process.resident.**", "process.start.**"];

/** Of a counter or gauge. */
type Value = { readonly labels: Labels; readonly value: number };
/** Of a histogram; a bucket has all that is below its bound. */
type Values = {
  readonly labels: Labels;
  readonly buckets: Readonly<Record<string, number>>;
  readonly sum: number;
  readonly count: number;
};
type Labels = Readonly<Record<string, string>>;

/** Moleculer's Prometheus reporter without a server of its own: the API serves the page. */
class MetricsPage extends MetricReporters.Prometheus {
  override init(registry: ServiceBroker["metrics"]): void {
    MetricReporters.Base.prototype.init.call(this, registry);
  }

  /** Moleculer's adds lines to histograms that Prometheus does not know. */
  override generatePrometheusResponse(): string {
    const metrics = [...this.registry.store.values()].filter(({ name }) => this.matchMetricName(name));
    return metrics.map((metric) => this.#familyOf(metric)).join("");
  }

  override escapeLabelValue(value: string): string {
    return String(value).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  }

  #familyOf(metric: ReturnType<ServiceBroker["metrics"]["store"]["get"]> & object): string {
    const samples: readonly (Value | Values)[] = metric.snapshot();
    if (samples.length === 0) return "";
    const family = prometheusName(metric.name);
    const help = METRICS[metric.name]?.help ?? metric.name;
    const lines = samples.flatMap((sample) => this.#linesOf(family, sample));
    return `# HELP ${family} ${help}\n# TYPE ${family} ${metric.type}\n${lines.join("\n")}\n`;
  }

  #linesOf(family: string, sample: Value | Values): string[] {
    const labels = this.labelsToStr(sample.labels);
    if ("value" in sample) return [`${family}${labels} ${sample.value}`];
    const { buckets, sum, count } = sample;
    const bounds = Object.keys(buckets).sort((a, b) => Number(a) - Number(b));
    const line = (le: string, n = 0) => `${family}_bucket${this.labelsToStr(sample.labels, { le })} ${n}`;
    return [
      ...bounds.map((bound) => line(bound, buckets[bound])),
      line("+Inf", count),
      `${family}_sum${labels} ${sum}`,
      `${family}_count${labels} ${count}`,
    ];
  }
}

/** The metrics of this node in the text format of Prometheus. */
export function metricsText(broker: ServiceBroker, metrics: Pick<Metrics, "collect">): () => string {
  const page = new MetricsPage({ includes: OWN });
  page.init(broker.metrics);
  return () => {
    metrics.collect();
    return page.generatePrometheusResponse();
  };
}
