import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** What the alerts' expressions compare with at their end. */
export type Limit = { readonly value: number; readonly firesAbove: boolean };

export type Alert = {
  readonly name: string;
  /** Its heading in docs/runbook.md, as the end of an address. */
  readonly anchor: string;
  /** Undefined for an alert that compares with no number. */
  readonly limit: Limit | undefined;
};

/** By name. */
export type Alerts = ReadonlyMap<string, Alert>;

type Rule = {
  readonly alert?: string;
  readonly expr: string;
  readonly annotations?: { readonly runbook_url?: string };
};
type RuleFile = { readonly groups: readonly { readonly rules: readonly Rule[] }[] };

const FILE = new URL("../../k8s/prometheus/alerts.yaml", import.meta.url);

export function readAlerts(): Alerts {
  const { groups }: RuleFile = parse(readFileSync(FILE, "utf8"));
  const alerts = groups.flatMap(({ rules }) => rules.flatMap(alertOf));
  return new Map(alerts.map((alert) => [alert.name, alert]));
}

function alertOf({ alert: name, expr, annotations }: Rule): Alert[] {
  if (name === undefined) return [];
  const [, anchor] = annotations?.runbook_url?.split("#") ?? [];
  if (anchor === undefined) throw new Error(`alert '${name}' has no runbook_url with a heading`);
  return [{ name, anchor, limit: limitOf(expr) }];
}

function limitOf(expr: string): Limit | undefined {
  const [, operator, number] = /([<>])=?\s*([\d.e+-]+)\s*$/.exec(expr) ?? [];
  return number === undefined ? undefined : { value: Number(number), firesAbove: operator === ">" };
}
