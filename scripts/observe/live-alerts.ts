import { firingAlerts } from "../servers/prometheus-api.ts";
import { call } from "./api.ts";
import type { Fault } from "./faults.ts";
import { isSoWithin, type Observed } from "./observed.ts";

const QUIET_WITHIN_MS = 20_000;
const FIRES_WITHIN_MS = 25_000;
const READY_WITHIN_MS = 20_000;

/** Lets it go wrong; resolves to those of its alerts that were quiet before and fire after it. */
export async function alertsOf(fault: Fault, observed: Observed, over: AbortSignal): Promise<string[]> {
  const firing = async () => {
    const alerts = await firingAlerts(observed.prometheus.url);
    return fault.alerts.filter((name) => alerts.some(({ labels }) => labels.alertname === name));
  };
  if (!(await isSoWithin(QUIET_WITHIN_MS, over, async () => (await firing()).length === 0)))
    console.log(`prove: ${(await firing()).join(", ")} before: ${fault.name}`);
  const before = await firing();
  const heal = await fault.inject(observed);
  const seen = new Set<string>();
  try {
    await isSoWithin(FIRES_WITHIN_MS, over, async () => {
      for (const name of await firing()) if (!before.includes(name)) seen.add(name);
      return seen.size === fault.alerts.length;
    });
  } finally {
    await heal();
  }
  // After the last faults it will not be ready again.
  await isSoWithin(READY_WITHIN_MS, over, async () => {
    return (await call(observed.httpUrl, { method: "GET", path: "/readyz" })).status === 200;
  });
  return [...seen];
}
