import { fileURLToPath } from "node:url";
import { readAlerts } from "./alerts.ts";
import { dashboard } from "./dashboard.ts";
import { PAGES } from "./pages.ts";

const FOLDER = new URL("../../k8s/grafana/", import.meta.url);

/** The generated files: where each is, and what it holds. */
export function dashboardFiles(): { path: string; text: string }[] {
  const alerts = readAlerts();
  return PAGES.map((page) => ({
    path: fileURLToPath(new URL(`${page.name}.json`, FOLDER)),
    text: `${JSON.stringify(dashboard(page, alerts), null, 2)}\n`,
  }));
}
