import { ACTOR_METRICS } from "./actors.ts";
import { API_METRICS } from "./api.ts";
import type { MetricDeclarations } from "./declaration.ts";
import { DOMAIN_METRICS } from "./domain.ts";
import { EDGE_METRICS } from "./edge.ts";
import { PROCESS_METRICS } from "./process.ts";

/** All families of a node's page. What is not declared here has no place on it. */
export const METRICS: MetricDeclarations = {
  ...EDGE_METRICS,
  ...API_METRICS,
  ...ACTOR_METRICS,
  ...DOMAIN_METRICS,
  ...PROCESS_METRICS,
};

/** As Prometheus has it. */
export function prometheusName(name: string): string {
  return name.replace(/[.-]/g, "_");
}
