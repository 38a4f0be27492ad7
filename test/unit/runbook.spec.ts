import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { METRICS, prometheusName } from "../../mixins/metrics/catalogue.ts";
import { CLUSTER_METRICS } from "../../mixins/metrics/cluster.ts";
import { COMMANDS } from "../../scripts/repl/commands.ts";

type RuleFile = { groups: { rules: { alert?: string; labels: { severity: string } }[] }[] };

const runbook = readFileSync(new URL("../../docs/runbook.md", import.meta.url), "utf8");
const { groups }: RuleFile = parse(
  readFileSync(new URL("../../k8s/prometheus/alerts.yaml", import.meta.url), "utf8"),
);
const severities = new Map(
  groups.flatMap(({ rules }) => rules.map(({ alert = "", labels }) => [alert, labels.severity] as const)),
);
const headings = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, name = ""]) => name);
const index = [...runbook.matchAll(/^\| (\w+) \| \[(\w+)\]\(#(\w+)\) \|/gm)];

test("every alert has a section, those that wake somebody first", () => {
  expect([...headings].sort()).toEqual([...severities.keys()].sort());
  const order = headings.map((name) => severities.get(name));
  expect(order).toEqual([...order].sort());
});

test("the index has the sections in their order, with their severity", () => {
  expect(index.map(([, severity, name, anchor]) => [severity, name, anchor])).toEqual(
    headings.map((name) => [severities.get(name), name, name.toLowerCase()]),
  );
  for (const name of headings) {
    const severity = severities.get(name) === "page" ? "Page" : "Ticket";
    expect(runbook).toContain(`## ${name}\n\n**${severity}. `);
  }
});

test("metrics and commands of the console exist", () => {
  const metrics = new Set(Object.keys({ ...METRICS, ...CLUSTER_METRICS }).map(prometheusName));
  const used = [...runbook.matchAll(/\b(?:gateway_twin|process)_\w+/g)].map(([name]) => name);
  const unknown = used.filter(
    (name) => !metrics.has(name) && !metrics.has(name.replace(/_(bucket|sum|count)$/, "")),
  );
  expect(unknown).toEqual([]);
  const commands = [...runbook.matchAll(/^repl (\w+)/gm)].map(([, name]) => name);
  expect(COMMANDS.map(({ name }) => name)).toEqual(expect.arrayContaining(commands));
});
