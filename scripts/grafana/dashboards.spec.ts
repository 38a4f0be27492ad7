import { readFileSync } from "node:fs";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { expect, test } from "vitest";
import { METRICS, prometheusName } from "../../mixins/metrics/catalogue.ts";
import { CLUSTER_METRICS } from "../../mixins/metrics/cluster.ts";
import type { MetricDeclaration } from "../../mixins/metrics/declaration.ts";
import { readAlerts } from "./alerts.ts";
import { dashboardFiles } from "./files.ts";
import { PAGES } from "./pages.ts";

const FALLBACK = "or vector(0)";
/** What Prometheus adds to every series, and the bounds of histograms. */
const ADDED_LABELS = ["namespace", "role", "instance", "job", "le"];

const known = new Map<string, MetricDeclaration>([
  ...Object.entries({ ...METRICS, ...CLUSTER_METRICS }).map(
    ([name, metric]) => [prometheusName(name), metric] as const,
  ),
  ["up", { type: "gauge", help: "Prometheus' own." }],
]);

const panels = PAGES.flatMap((page) => page.rows.flatMap(({ panels }) => panels));
const queries = panels.flatMap(({ title, queries }) =>
  Object.entries(queries).map(([legend, expr]) => ({ title, legend, expr })),
);

function declarationOf(series: string): MetricDeclaration | undefined {
  const own = known.get(series);
  if (own) return own;
  const family = known.get(series.replace(/_(bucket|sum|count)$/, ""));
  return family?.type === "histogram" ? family : undefined;
}

/** Each metric of an expression with the labels of its selector. */
function selectorsOf(expr: string): { metric: string; labels: string[] }[] {
  return [...expr.matchAll(/(\w+)\{([^}]*)\}/g)].map(([, metric = "", matchers = ""]) => ({
    metric,
    labels: [...matchers.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label = ""]) => label),
  }));
}

/** The labels that an expression groups by, and those of its legend. */
function outerLabelsOf(expr: string, legend: string): string[] {
  const groups = [...expr.matchAll(/\b(?:by|ignoring|on) \(([^)]*)\)/g)].flatMap(([, list = ""]) =>
    list.split(", "),
  );
  return [...groups, ...[...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label)];
}

function labelsOf(metric: string): string[] {
  return [...Object.keys(declarationOf(metric)?.labels ?? {}), ...ADDED_LABELS];
}

test("k8s/grafana is up to date (npm run dashboards)", () => {
  for (const { path, text } of dashboardFiles()) expect(readFileSync(path, "utf8"), path).toBe(text);
});

test("queries name metrics and labels that the product has", () => {
  const wrong = queries.flatMap(({ title, legend, expr }) => {
    const selectors = selectorsOf(expr);
    const own = selectors.flatMap(({ metric, labels }) =>
      declarationOf(metric)
        ? labels.filter((label) => !labelsOf(metric).includes(label)).map((label) => `${metric}{${label}}`)
        : [metric],
    );
    const all = selectors.flatMap(({ metric }) => labelsOf(metric));
    const outer = outerLabelsOf(expr, legend).filter((label) => !all.includes(label));
    return [...own, ...outer].map((name) => `${title}: ${name}`);
  });
  expect(wrong).toEqual([]);
});

test("a zero stands in only for what the product has not counted yet", () => {
  const wrong = queries.filter(({ expr }) => {
    const isSometimesAway = selectorsOf(expr).some(({ metric, labels }) => {
      const isNarrowed = labels.some((label) => !ADDED_LABELS.includes(label));
      return declarationOf(metric)?.when !== undefined || isNarrowed;
    });
    return expr.includes(FALLBACK) && !isSometimesAway;
  });
  expect(wrong).toEqual([]);
});

test("every alert is on a panel, with its limit", () => {
  const shown = panels.flatMap(({ alerts = [] }) => alerts);
  const alerts = readAlerts();
  expect([...new Set(shown)].sort()).toEqual([...alerts.keys()].sort());
  for (const panel of panels)
    for (const name of panel.alerts ?? [])
      expect(alerts.get(name)?.limit, `${panel.title}, ${name}`).toBeDefined();
  const limit = alerts.get("CommitSlow")?.limit?.value;
  expect(
    dashboardFiles()
      .map(({ text }) => text)
      .join(""),
  ).toContain(`"value": ${limit},`);
});

test("panels say what they tell, in units that Grafana has", () => {
  const all: readonly unknown[] = Object.values(units);
  for (const { title, tells, unit } of panels) {
    expect(tells, title).toMatch(/\.$/);
    expect(all, title).toContain(unit);
  }
});
