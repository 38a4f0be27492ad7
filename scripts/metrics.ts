import { writeFileSync } from "node:fs";
import { metricsDocument } from "../mixins/metrics/document.ts";

writeFileSync(new URL("../docs/metrics.md", import.meta.url), metricsDocument());
