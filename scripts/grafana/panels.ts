import {
  BigValueTextMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  DashboardLinkBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as NumbersBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as GraphBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { Alert, Alerts, Limit } from "./alerts.ts";
import type { Panel } from "./page.ts";

/** What the reader has chosen at the top of the page. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's variable, not ours.
export const DATASOURCE = { type: "prometheus", uid: "${datasource}" };

/** Where the reader's copy of docs/runbook.md is. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's variable, not ours.
export const RUNBOOK = "${runbook}";

const HEIGHT = 8;
const WIDTH = 8;
/** Grafana's steps begin at their value, `> 0` begins above it. */
const JUST_ABOVE_ZERO = 1e-9;
const LETTERS = "ABCDEFGHIJ";

export function panelBuilder(panel: Panel, alerts: Alerts): GraphBuilder | NumbersBuilder {
  const about = (panel.alerts ?? []).map((name) => alertOf(name, alerts));
  const limits = about.flatMap(({ limit }) => limit ?? []);
  const { kind = "graph", title, tells, unit, width = WIDTH } = panel;
  const builder = kind === "graph" ? graph(limits.length > 0) : numbers(kind);
  return builder
    .title(title)
    .description(tells)
    .unit(unit)
    .datasource(DATASOURCE)
    .targets(targets(panel))
    .thresholds(thresholds(limits))
    .links(about.map(toRunbook))
    .height(HEIGHT)
    .span(width);
}

function graph(hasLimits: boolean): GraphBuilder {
  return new GraphBuilder()
    .min(0)
    .fillOpacity(10)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .thresholdsStyle(
      new GraphThresholdsStyleConfigBuilder().mode(
        hasLimits ? GraphThresholdsStyleMode.Dashed : GraphThresholdsStyleMode.Off,
      ),
    );
}

function numbers(kind: "numbers" | "names"): NumbersBuilder {
  return new NumbersBuilder()
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .textMode(kind === "names" ? BigValueTextMode.Name : BigValueTextMode.ValueAndName);
}

function targets({ queries }: Panel): DataqueryBuilder[] {
  return Object.entries(queries).map(([legend, expr], i) =>
    new DataqueryBuilder().expr(expr).legendFormat(legend).refId(LETTERS.charAt(i)).range(),
  );
}

function alertOf(name: string, alerts: Alerts): Alert {
  const alert = alerts.get(name);
  if (!alert) throw new Error(`there is no alert '${name}' in k8s/prometheus/alerts.yaml`);
  return alert;
}

/** Red where an alert fires: above its limit, or below it. */
function thresholds(limits: readonly Limit[]): ThresholdsConfigBuilder {
  const steps = limits.map(({ value, firesAbove }) =>
    firesAbove ? { value: value || JUST_ABOVE_ZERO, color: "red" } : { value, color: "green" },
  );
  const lowest = { value: null, color: limits.some(({ firesAbove }) => !firesAbove) ? "red" : "green" };
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([lowest, ...steps.sort((a, b) => a.value - b.value)]);
}

function toRunbook({ name, anchor }: Alert): DashboardLinkBuilder {
  return new DashboardLinkBuilder(`${name}: what to do`).url(`${RUNBOOK}#${anchor}`).targetBlank(true);
}
