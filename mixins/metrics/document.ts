import { ACTOR_METRICS } from "./actors.ts";
import { API_METRICS } from "./api.ts";
import { prometheusName } from "./catalogue.ts";
import { CLUSTER_METRICS } from "./cluster.ts";
import type { MetricDeclaration, MetricDeclarations } from "./declaration.ts";
import { DOMAIN_METRICS } from "./domain.ts";
import { EDGE_METRICS } from "./edge.ts";
import { PROCESS_METRICS } from "./process.ts";

const SECTIONS: Readonly<Record<string, MetricDeclarations>> = {
  "Edges and downlinks": EDGE_METRICS,
  "REST, access, audit": API_METRICS,
  "Actors, commits, bus, ownership": ACTOR_METRICS,
  "Services of the core": DOMAIN_METRICS,
  "Process and servers": PROCESS_METRICS,
};

const WHEN = { use: "after first use", cluster: "cluster" };

const INTRODUCTION = `# Metrics

Made from \`mixins/metrics\` by \`node scripts/metrics.ts\`. Every node has its own page at \`/metrics\`, with these
families and no others; durations are in seconds, sizes in bytes. A histogram \`x\` has the series \`x_bucket\` (label
\`le\`), \`x_sum\` and \`x_count\`. Behind a label are its values, or how many different ones a node can have at most.
"After first use": the family comes with the first thing it counts. "Cluster": it comes with the servers of a cluster
(NATS, MariaDB, Redis, an MQTT broker), some of them after first use as well.
`;

const CLUSTER = `
## Page of the cluster

At \`/metrics/cluster\` of every node that runs \`cluster-metrics\` (role \`admin\`), made with moleculer-prometheus. They
all say the same of the whole cluster: scrape one, or take \`max\`. The families \`moleculer_*\` are the package's own.
`;

/** docs/metrics.md. */
export function metricsDocument(): string {
  const sections = Object.entries(SECTIONS).map(([title, metrics]) => `\n## ${title}\n\n${tableOf(metrics)}`);
  return `${INTRODUCTION}${sections.join("")}${CLUSTER}\n${tableOf(CLUSTER_METRICS)}`;
}

function tableOf(metrics: MetricDeclarations): string {
  const rows = Object.entries(metrics).map(([name, metric]) => rowOf(prometheusName(name), metric));
  return `| name | type | unit | labels | there | meaning |\n|---|---|---|---|---|---|\n${rows.join("")}`;
}

function rowOf(name: string, { type, help, labels = {}, when }: MetricDeclaration): string {
  const names = Object.entries(labels).map(([label, values]) => `\`${label}\` (${valuesOf(values)})`);
  return `| \`${name}\` | ${type} | ${unitOf(name)} | ${names.join(", ")} | ${when ? WHEN[when] : ""} | ${help} |\n`;
}

function valuesOf(values: number | readonly string[]): string {
  return typeof values === "number" ? `≤ ${values}` : values.join(", ");
}

function unitOf(name: string): string {
  return /_(seconds|bytes|ratio)(_total)?$/.exec(name)?.[1] ?? "";
}
