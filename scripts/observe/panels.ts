import { readdirSync, readFileSync } from "node:fs";

const FOLDER = new URL("../../k8s/grafana/", import.meta.url);

/** One query of a panel, with Grafana's variables in it. */
export type PanelQuery = { readonly dashboard: string; readonly panel: string; readonly expression: string };

type Panel = {
  readonly title?: string;
  readonly targets?: readonly { readonly expr?: string }[];
  readonly panels?: readonly Panel[];
};
type Dashboard = { readonly title: string; readonly panels: readonly Panel[] };

/** Every query of every dashboard that ships. */
export function panelQueries(): PanelQuery[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
  return files.flatMap((name) => {
    const dashboard: Dashboard = JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));
    return dashboard.panels.flatMap((panel) => queriesOf(dashboard.title, panel));
  });
}

/** As Grafana asks when everything is chosen; `range` is that of its rates, such as `10s`. */
export function withVariables(expression: string, range: string): string {
  return expression
    .replaceAll(/\$__(rate_interval|interval|range)|\$\{__(rate_interval|interval|range)\}/g, range)
    .replaceAll(/\$\{\w+(:\w+)?\}|\$\w+/g, ".*");
}

function queriesOf(dashboard: string, { title = "", targets = [], panels = [] }: Panel): PanelQuery[] {
  const own = targets.flatMap(({ expr }) => (expr ? [{ dashboard, panel: title, expression: expr }] : []));
  return [...own, ...panels.flatMap((panel) => queriesOf(dashboard, panel))];
}
