import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  TextBoxVariableBuilder,
  VariableHide,
  VariableRefresh,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { Alerts } from "./alerts.ts";
import type { Page } from "./page.ts";
import { DATASOURCE, panelBuilder, RUNBOOK } from "./panels.ts";

const TAG = "gateway-twin";
const LABELS = ["namespace", "role", "instance"];

/** Grafana's JSON of a page. */
export function dashboard(page: Page, alerts: Alerts): Dashboard {
  const builder = new DashboardBuilder(`Gateway twin / ${page.title}`)
    .uid(`gateway-twin-${page.name}`)
    .description(page.description)
    .tags([TAG])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: "now-1h", to: "now" })
    .refresh("30s")
    .variables([datasource(), ...LABELS.map(labelVariable), runbookAddress()])
    .links([otherDashboards(), runbook()]);
  for (const { title, panels } of page.rows) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(panelBuilder(panel, alerts));
  }
  return numbered(builder.build());
}

function datasource(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus");
}

/** All values at first: a series without the label is shown as well then. */
function labelVariable(label: string): QueryVariableBuilder {
  return new QueryVariableBuilder(label)
    .label(label)
    .datasource(DATASOURCE)
    .query(`label_values(gateway_twin_build_info, ${label})`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue(".*")
    .current({ text: "All", value: "$__all", selected: true });
}

/** Grafana does not know where the reader's copy of docs/runbook.md is published. */
function runbookAddress(): TextBoxVariableBuilder {
  return new TextBoxVariableBuilder("runbook")
    .label("Address of the runbook")
    .hide(VariableHide.HideVariable)
    .defaultValue("docs/runbook.md")
    .current({ text: "docs/runbook.md", value: "docs/runbook.md", selected: true });
}

/** Takes what was chosen, and the time, along. */
function otherDashboards(): DashboardLinkBuilder {
  return new DashboardLinkBuilder("Dashboards")
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .includeVars(true)
    .keepTime(true);
}

function runbook(): DashboardLinkBuilder {
  return new DashboardLinkBuilder("Runbook")
    .type(DashboardLinkType.Link)
    .icon("doc")
    .tooltip("What each alert means and what to do")
    .url(RUNBOOK)
    .targetBlank(true);
}

/** Grafana numbers panels without an id anew at each load, which breaks links to them. */
function numbered(made: Dashboard): Dashboard {
  made.panels?.forEach((panel, i) => {
    panel.id = i + 1;
  });
  return made;
}
