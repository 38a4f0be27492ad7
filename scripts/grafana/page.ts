/** A dashboard as one writes it down; `dashboard.ts` makes Grafana's JSON of it. */
export type Page = {
  /** The file's name, and with a prefix the dashboard's uid. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly Row[];
};

export type Row = { readonly title: string; readonly panels: readonly Panel[] };

export type Panel = {
  readonly title: string;
  /** What it tells and what it means when it moves; behind the "i" of the panel. */
  readonly tells: string;
  /** One of Grafana's units. */
  readonly unit: string;
  /** PromQL by legend. A legend takes labels as `{{label}}`. */
  readonly queries: Readonly<Record<string, string>>;
  /** Alerts about what is shown: their limits become the panel's, and it links to what to do. */
  readonly alerts?: readonly string[];
  /** Curves, the newest values, or the newest legends (`graph`). */
  readonly kind?: "graph" | "numbers" | "names";
  /** Of 24 columns (8). */
  readonly width?: number;
};

/** The series of the nodes that are chosen at the top of the page. */
export const SCOPE = `namespace=~"$namespace",instance=~"$instance",role=~"$role"`;

/** What the nodes say of the whole cluster: all the same, so take the maximum. */
export const OF_CLUSTER = `namespace=~"$namespace"`;

/** Per second, over an interval that fits to how often Prometheus scrapes. `selector` goes between the braces. */
export function rate(metric: string, selector = ""): string {
  return `rate(${metric}{${[SCOPE, selector].filter(Boolean).join(",")}}[$__rate_interval])`;
}

/** The value that the given share of observations is below, by `labels`; `metric` without its `_bucket`. */
export function quantile(share: number, metric: string, ...labels: string[]): string {
  return `histogram_quantile(${share}, sum by (${["le", ...labels].join(", ")}) (${rate(`${metric}_bucket`)}))`;
}
