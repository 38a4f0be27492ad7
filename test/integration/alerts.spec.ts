import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { RULE_FILES } from "../../scripts/servers/prometheus.ts";
import { findCommand } from "../../scripts/tools.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";

type Rule = {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: { readonly severity?: string };
  readonly annotations?: Readonly<Record<string, string>>;
};
type RuleFile = { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
type TestFile = { readonly tests: readonly { readonly name: string }[] };

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const TESTS = root("k8s/prometheus/alerts.test.yaml");

const rules = RULE_FILES.flatMap((path) => {
  const { groups }: RuleFile = parse(readFileSync(path, "utf8"));
  return groups.flatMap((group) => group.rules);
});
const recorded = rules.flatMap(({ record }) => record ?? []);
const alerts = rules.filter(({ alert }) => alert !== undefined);
const names = alerts.map(({ alert }) => alert ?? "");

/** Resolves when promtool finds nothing wrong; rejects with what it found. */
const promtool = (...args: string[]) => promisify(execFile)(findCommand("promtool"), args);

/** The labels of each documented family, by its name. */
function documented(): Map<string, string[]> {
  const rows = readFileSync(root("docs/metrics.md"), "utf8").matchAll(
    /^\| `(\w+)` \|[^|]*\|[^|]*\|([^|]*)\|/gm,
  );
  return new Map(
    [...rows].map(([, name = "", labels = ""]) => [
      name,
      [...labels.matchAll(/`(\w+)`/g)].map(([, l = ""]) => l),
    ]),
  );
}

/** The series of an expression with the labels that it chooses them by. */
function selectors(expr: string): { name: string; labels: string[] }[] {
  const found = expr.matchAll(
    /((?:[a-z_]+:)?(?:gateway_twin|process|moleculer)_\w+(?::\w+)?)(?:\{([^}]*)\})?/g,
  );
  return [...found].map(([, name = "", matchers = ""]) => ({
    name,
    labels: [...matchers.matchAll(/(\w+)\s*(?:=|!=|=~|!~)\s*"/g)].map(([, label = ""]) => label),
  }));
}

describe("the alerts that ship", () => {
  it("are rules that Prometheus takes", async () => {
    await promtool("check", "rules", ...RULE_FILES);
  });

  it("fire and are quiet as their tests say, each of which there is one for every alert", async () => {
    const { tests }: TestFile = parse(readFileSync(TESTS, "utf8"));
    expect(tests.map(({ name }) => name).sort()).toEqual(names.toSorted());
    await promtool("test", "rules", TESTS);
  }, 60_000);

  it("only speak of series that are documented", () => {
    const families = documented();
    expect(families.size).toBeGreaterThan(50);
    const unknown = rules
      .flatMap(({ expr }) => selectors(expr))
      .filter(({ name }) => !recorded.includes(name))
      .filter(({ name, labels }) => {
        const known = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ""));
        return !known || labels.some((label) => !known.includes(label));
      });
    expect(unknown).toEqual([]);
  });

  it("say what to do first and where the runbook goes on", () => {
    for (const { alert = "", labels, annotations } of alerts) {
      expect(labels?.severity, alert).toMatch(/^(page|ticket)$/);
      expect(Object.keys(annotations ?? {}), alert).toEqual(["summary", "description", "runbook_url"]);
      expect(annotations?.runbook_url).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
    }
  });

  it("each have a section in the runbook, which has none of others", () => {
    const headings = readFileSync(root("docs/runbook.md"), "utf8").matchAll(
      /^#+ ([A-Z][a-z]+(?:[A-Z][a-z]+)+)$/gm,
    );
    expect([...headings].map(([, name]) => name).sort()).toEqual(names.toSorted());
  });
});

describe("the configuration for Kubernetes", () => {
  it("is one that Prometheus takes, but for Kubernetes itself, which Debian's build lacks", async () => {
    const text = readFileSync(root("k8s/prometheus/prometheus.yaml"), "utf8");
    const discoveries: unknown[] = [];
    const config = JSON.stringify(parse(text), (key, value) => {
      if (key === "kubernetes_sd_configs") discoveries.push(value);
      return value;
    }).replaceAll('"kubernetes_sd_configs":[{"role":"pod"}]', '"file_sd_configs":[{"files":["nodes.json"]}]');
    expect(discoveries).toEqual([[{ role: "pod" }], [{ role: "pod" }], [{ role: "pod" }]]);
    const folder = await temporaryDirectory();
    try {
      for (const path of RULE_FILES) await copyFile(path, join(folder.path, basename(path)));
      await writeFile(join(folder.path, "nodes.json"), "[]");
      await writeFile(join(folder.path, "prometheus.yaml"), config);
      await promtool("check", "config", join(folder.path, "prometheus.yaml"));
    } finally {
      await folder.remove();
    }
  });
});
