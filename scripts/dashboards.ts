import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { dashboardFiles } from "./grafana/files.ts";

/** `npm run dashboards`: writes `k8s/grafana/*.json`. */
for (const { path, text } of dashboardFiles()) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
