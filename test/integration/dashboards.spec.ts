import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PanelQuery, panelQueries, withVariables } from "../../scripts/observe/panels.ts";
import { type Observed, startObserved } from "../helpers/prometheus.ts";
import { waitFor } from "../helpers/wait-for.ts";

/** Of the panels' rates; Prometheus scrapes every second here. */
const RANGE = "10s";
const run = promisify(execFile);

let observed: Observed;

beforeAll(async () => {
  observed = await startObserved();
}, 90_000);

afterAll(() => observed?.stop());

const runbook = readFileSync(new URL("../../docs/runbook.md", import.meta.url), "utf8");
const [, setup = ""] = /^```sh setup\n([\s\S]*?)^```$/m.exec(runbook) ?? [];

/** The lines of the runbook's blocks that only look. */
function runbookLines(): string[] {
  const blocks = runbook.matchAll(/^```sh run\n([\s\S]*?)^```$/gm);
  return [...new Set(Array.from(blocks, ([, text = ""]) => text.trim().split("\n")).flat())];
}

function runbookQueries(): PanelQuery[] {
  const found = runbookLines().flatMap((line) => /^prom '(.*)'/.exec(line)?.[1] ?? []);
  return found
    .filter((expression) => !expression.startsWith("ALERTS"))
    .map((expression) => ({ dashboard: "docs/runbook.md", panel: "prom", expression }));
}

/** What is wrong with a query, or undefined when Prometheus has data for it. */
async function problemOf({ dashboard, panel, expression }: PanelQuery): Promise<string | undefined> {
  const answer = await observed.query(withVariables(expression, RANGE)).catch(String);
  if (typeof answer !== "string" && answer.length > 0) return undefined;
  const problem = typeof answer === "string" ? answer : "no data";
  return `${dashboard} / ${panel}: ${problem}: ${expression}`;
}

async function problemsOf(queries: readonly PanelQuery[]): Promise<string[]> {
  const problems = await Promise.all(queries.map(problemOf));
  return problems.filter((problem) => problem !== undefined);
}

test("Prometheus has data for every query of the dashboards and of the runbook", async () => {
  let problems: string[] = [];
  const areGone = async () => {
    problems = await problemsOf([...panelQueries(), ...runbookQueries()]);
    return problems.length === 0;
  };
  // Some of the traffic comes late: a lease that ends, a delivery that is sent again.
  await waitFor("data for all queries", areGone, 20_000).catch(() => undefined);
  expect(problems).toEqual([]);
}, 40_000);

test("a query with a misspelt metric is found out", async () => {
  const [query] = panelQueries();
  if (!query) throw new Error("there is no panel");
  const expression = query.expression.replaceAll("gateway_twin_", "gateway_twins_");
  expect(await problemsOf([{ ...query, expression }])).toEqual([expect.stringContaining("no data")]);
});

test("the runbook's calls of the API work", async () => {
  const [node] = observed.nodes;
  if (!node) throw new Error("there is no node");
  const { body } = await node.request("GET", "/v1/gateways?pageSize=1");
  const { gateways } = body as { gateways: { gatewayId: string }[] };
  const env = {
    PATH: process.env.PATH,
    HTTP: node.httpUrl,
    ADMIN_TOKEN: node.token,
    GATEWAY: gateways[0]?.gatewayId,
  };
  const lines = runbookLines().filter((line) => line.startsWith("api ") || line.startsWith("curl "));
  expect(lines.length).toBeGreaterThan(5);
  await run("bash", ["-euc", [setup, ...lines].join("\n")], { env });
}, 60_000);
