import type { ConfigEvent } from "../../../actors/config/contract.ts";
import { CONFIG_PHASES } from "../../../actors/contracts/config.ts";
import type { Consumer } from "../../../actors/runtime/ports.ts";
import type { Metrics } from "../../../mixins/counters.ts";
import { type ConfigCounts, configEvents } from "./counts.ts";

/** Seconds: from gateways that answer at once to those that come back after days. */
const LAG_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400];

/** Keeps the counts and metrics of what config actors have committed. */
export function summarize(counts: ConfigCounts, metrics: Metrics): Consumer["handle"] {
  const lag = metrics.distribution("gateway_twin.config.lag.seconds", {}, LAG_BUCKETS);
  const measure = (event: ConfigEvent) => {
    if (event.type === "config.converged") lag.observe(event.lagMs / 1000);
    if (event.type === "config.failed")
      metrics.count("gateway_twin.config.failed.total", { reason: event.reason });
  };
  return async ({ rows }) => {
    const own = rows.filter(({ type }) => type === "config");
    if (own.length === 0) return;
    for (const event of configEvents(await counts.add(own))) measure(event);
  };
}

/** The same on every node that runs the service. */
export async function gaugePhases(counts: ConfigCounts, metrics: Metrics): Promise<void> {
  const totals = await counts.totals();
  for (const phase of CONFIG_PHASES) metrics.gauge("gateway_twin.config.gateways", totals[phase], { phase });
}
