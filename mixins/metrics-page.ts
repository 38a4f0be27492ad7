import { MetricReporters, type ServiceBroker } from "moleculer";

/** Moleculer's Prometheus reporter without a server of its own: the API serves the page. */
class MetricsPage extends MetricReporters.Prometheus {
  override init(registry: ServiceBroker["metrics"]): void {
    MetricReporters.Base.prototype.init.call(this, registry);
  }
}

/** The metrics of this node in the text format of Prometheus. */
export function metricsText(broker: ServiceBroker): () => string {
  const page = new MetricsPage();
  page.init(broker.metrics);
  return () => page.generatePrometheusResponse();
}
