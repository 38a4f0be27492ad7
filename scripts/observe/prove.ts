import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { RunningCluster } from "../cluster/run-cluster.ts";
import { query } from "../servers/prometheus-api.ts";
import { findCommand } from "../tools.ts";
import { FAULTS } from "./faults.ts";
import { alertsOf } from "./live-alerts.ts";
import { isSoWithin, type Observed, observe } from "./observed.ts";
import { panelQueries, withVariables } from "./panels.ts";
import { alertNames, writeShortRules } from "./short-rules.ts";

const TESTS = fileURLToPath(new URL("../../k8s/prometheus/alerts.test.yaml", import.meta.url));
const TRAFFIC_MS = 15_000;
/** Some of the traffic comes late: a lease that ends, a delivery that is sent again. */
const DATA_WITHIN_MS = 20_000;
/** Of the panels' rates; Prometheus scrapes every second here. */
const RANGE = "10s";

/** How one alert was proven, or undefined when it was not. */
type Proof = { readonly alert: string; readonly how: "live" | "rules" | undefined; readonly by: string };

/** Resolves to whether every panel has data and every alert can fire; prints a table of how that is known. */
export async function prove(cluster: RunningCluster, gateways: number, over: AbortSignal): Promise<boolean> {
  const areTested = await rulesAreTested();
  let empty: string[] = [];
  const live = new Map<string, string>();
  const options = { gateways, intervalSeconds: 1, rules: writeShortRules(cluster.directory) };
  await observe(cluster, options, over, async (observed) => {
    console.log(`prove: traffic, then ${panelQueries().length} queries of the dashboards ...`);
    await sleep(TRAFFIC_MS, undefined, { signal: over });
    await isSoWithin(DATA_WITHIN_MS, over, async () => {
      empty = await emptyPanels(observed);
      return empty.length === 0;
    });
    for (const fault of FAULTS) {
      const fired = await alertsOf(fault, observed, over);
      console.log(`prove: ${fault.name}: ${fired.join(", ") || "nothing fires"}`);
      for (const alert of fired) live.set(alert, fault.name);
    }
  });
  const proofs = alertNames().map((alert) => proofOf(alert, live, areTested));
  console.log(tableOf(proofs, empty));
  return empty.length === 0 && proofs.every(({ how }) => how !== undefined);
}

/** `promtool test rules` passes, and it has a case for each alert: a spec sees to that. */
async function rulesAreTested(): Promise<boolean> {
  return promisify(execFile)(findCommand("promtool"), ["test", "rules", TESTS]).then(
    () => true,
    (error) => {
      console.log(String(error));
      return false;
    },
  );
}

/** The queries of the dashboards that give nothing now, or an error. */
async function emptyPanels({ prometheus }: Observed): Promise<string[]> {
  const queries = panelQueries();
  const found = queries.map(async ({ dashboard, panel, expression }) => {
    const answer = await query(prometheus.url, withVariables(expression, RANGE)).catch(String);
    if (typeof answer === "string") return [`${dashboard} / ${panel}: ${answer}`];
    return answer.length === 0 ? [`${dashboard} / ${panel}: no data for ${expression}`] : [];
  });
  return (await Promise.all(found)).flat();
}

function proofOf(alert: string, live: ReadonlyMap<string, string>, areTested: boolean): Proof {
  const fault = live.get(alert);
  if (fault !== undefined) return { alert, how: "live", by: fault };
  // What was meant to fire on the live system and did not is not proven, whatever the tests of the rules say.
  const isMeantLive = FAULTS.some(({ alerts }) => alerts.includes(alert));
  return { alert, how: areTested && !isMeantLive ? "rules" : undefined, by: "promtool test rules" };
}

function tableOf(proofs: readonly Proof[], empty: readonly string[]): string {
  const rows = proofs.map(({ alert, how, by }) =>
    how ? `| ${alert} | ${how} | ${by} | proven |` : `| ${alert} | | | NOT PROVEN |`,
  );
  const panels = empty.length === 0 ? ["every query of the dashboards has data"] : empty;
  return ["", "| alert | how | by | result |", "|---|---|---|---|", ...rows, "", ...panels].join("\n");
}
