import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import mqtt from "mqtt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { METRICS, prometheusName } from "../../mixins/metrics/catalogue.ts";
import { CLUSTER_METRICS } from "../../mixins/metrics/cluster.ts";
import type { MetricDeclaration, MetricDeclarations } from "../../mixins/metrics/declaration.ts";
import { metricsDocument } from "../../mixins/metrics/document.ts";
import { ensureTools, findCommand } from "../../scripts/tools.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { connectGateway, provision, type TestGateway } from "../helpers/gateway.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { type Family, familiesOf } from "./metrics-page.ts";

const IDS = ["gw-metrics-1", "gw-metrics-2"];

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let product: Product;
let gateway: TestGateway;

beforeAll(async () => {
  ensureTools(["promtool"]);
  directory = await temporaryDirectory();
  product = await startProduct({ dataDir: directory.path, env: { LOG_LEVEL: "info" } });
  await drive();
}, 60_000);

afterAll(async () => {
  await gateway?.end();
  await product?.kill("SIGTERM");
  await directory?.remove();
});

/** Good and bad input of every kind. */
async function drive(): Promise<void> {
  const [first, second] = await provision(product, IDS);
  if (!first || !second) throw new Error("the gateways were not created");
  gateway = await connectGateway(product, first);
  await product.request("PATCH", `/v1/gateways/${gateway.id}/twin/desired`, { a: 1 });
  await gateway.publish("hello", { boot: "b1", cameras: [{ id: "c1", ptz: true }] });
  await gateway.publish("reported", { state: { a: 1 }, boot: "b1", seq: 1 });
  await gateway.publish("reported", 'no JSON\n"\\');
  await gateway.publish("nonsense", {});
  await gateway.publish("heartbeat", { board: { cpu: 0.5 } }, 0);
  await gateway.next("ack");
  await command();
  await product.request("GET", "/v1/twins?filter=nonsense%20%3D%3D");
  await product.request("GET", "/v1/gateways/none", undefined, { authorization: "Bearer wrong" });
  await refusedConnection(second.username);
}

async function command(): Promise<void> {
  const asked = product.request("POST", `/v1/gateways/${gateway.id}/commands`, { name: "reboot" });
  const { id, replyTo } = await gateway.next("command");
  await gateway.client.publishAsync(String(replyTo), JSON.stringify({ id, status: "OK" }), { qos: 1 });
  await asked;
}

async function refusedConnection(username: string): Promise<void> {
  const options = { username, password: "wrong", reconnectPeriod: 0 };
  await expect(mqtt.connectAsync(product.mqttUrl, options)).rejects.toThrow();
}

async function page(path: string): Promise<string> {
  const answer = await fetch(`${product.httpUrl}${path}`);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return answer.text();
}

/** What the last calls and messages were counted as is there a second later. */
const wholePage = () =>
  waitFor("the page to tell of everything", async () => {
    const text = await page("/metrics");
    const told = [
      "edge_errors_total",
      "edge_connections_refused_total",
      "bus_pending",
      "commands_answers_total",
    ];
    return told.every((name) => text.includes(`# TYPE gateway_twin_${name} `)) ? text : undefined;
  });

/** What is not as it was declared. */
function faultsOf(families: ReadonlyMap<string, Family>, declared: MetricDeclarations): string[] {
  const byName = new Map(Object.entries(declared).map(([name, one]) => [prometheusName(name), one]));
  return [...families].flatMap(([name, family]) => {
    const declaration = byName.get(name);
    return declaration ? faultsOfFamily(name, family, declaration) : [`${name} is not declared`];
  });
}

function faultsOfFamily(name: string, { type, help, labels }: Family, declared: MetricDeclaration): string[] {
  const names = Object.keys(declared.labels ?? {});
  const faults = type === declared.type && help === declared.help ? [] : [`${name} is a ${type}: ${help}`];
  if ([...labels.keys()].sort().join() !== names.sort().join())
    faults.push(`${name} has ${[...labels.keys()]}`);
  for (const [label, values] of labels) {
    const allowed = declared.labels?.[label] ?? 0;
    const isBounded =
      typeof allowed === "number"
        ? values.size <= allowed
        : [...values].every((value) => allowed.includes(value));
    if (!isBounded) faults.push(`${name}: ${label} is ${[...values]}`);
    if ([...values].some((value) => IDS.some((id) => value.includes(id)))) faults.push(`${name} has an id`);
  }
  return faults;
}

test("docs/metrics.md is made from the declarations", () => {
  const file = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");
  expect(file, "run `node scripts/metrics.ts`").toBe(metricsDocument());
});

test("every family of a driven node is declared, with the very labels, and each label is bounded", async () => {
  expect(faultsOf(familiesOf(await wholePage()), METRICS)).toEqual([]);
});

test("what is declared without a condition is there from the start", async () => {
  const families = familiesOf(await wholePage());
  const always = Object.entries(METRICS).filter(([, { when }]) => when === undefined);
  expect(always.map(([name]) => prometheusName(name)).filter((name) => !families.has(name))).toEqual([]);
});

test("promtool finds nothing to complain of", async () => {
  const { status, stdout, stderr } = promtool(await wholePage());
  expect(`${stdout}${stderr}`).toBe("");
  expect(status).toBe(0);
});

test("the page of the cluster counts nodes, twins and who is out of sync", async () => {
  const text = await waitFor("the page of the cluster", async () => {
    const now = await page("/metrics/cluster");
    return now.includes('gateway_twin_cluster_twins{presence="ONLINE"} 1') ? now : undefined;
  });
  expect(faultsOf(familiesOf(text), CLUSTER_METRICS)).toEqual([]);
  expect(text).toContain("gateway_twin_cluster_nodes 1\n");
  expect(text).toContain('gateway_twin_cluster_partitions{type="twin",state="unowned"} 0\n');
  const own = promtool(text)
    .stderr.split("\n")
    .filter((line) => line.startsWith("gateway_twin"));
  expect(own).toEqual([]);
});

function promtool(input: string) {
  return spawnSync(findCommand("promtool"), ["check", "metrics"], {
    input,
    encoding: "utf8",
    timeout: 10_000,
  });
}
