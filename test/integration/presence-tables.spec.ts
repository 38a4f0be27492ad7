import { presenceCountsConformance } from "../conformance/presence-counts.ts";
import { presenceVitalsConformance } from "../conformance/presence-vitals.ts";
import { DATABASES } from "../helpers/databases.ts";

for (const [name, open] of DATABASES) {
  presenceVitalsConformance(name, open);
  presenceCountsConformance(name, open);
}
