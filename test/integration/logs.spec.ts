import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LINES } from "../../mixins/logs/flood-gate.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { fieldsOf, misfits } from "../helpers/elasticsearch-mapping.ts";
import { type Credentials, connectGateway, provision } from "../helpers/gateway.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { waitFor } from "../helpers/wait-for.ts";

const TEMPLATE = new URL("../../k8s/logging/index-template.json", import.meta.url);
const fields = fieldsOf(JSON.parse(readFileSync(TEMPLATE, "utf8")).template.mappings.properties);
const REQUIRED = [
  "@timestamp",
  "message",
  "ecs.version",
  "event.dataset",
  "log.level",
  "log.logger",
  "service.name",
  "service.version",
  "service.node.name",
];

const FLOOD = 500;

type Line = Readonly<Record<string, unknown>>;

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let product: Product;

beforeAll(async () => {
  directory = await temporaryDirectory();
  const env = { LOG_LEVEL: "info", LOG_FORMAT: "ecs", NODE_ID: "node-1" };
  product = await startProduct({ dataDir: directory.path, env });
});
afterAll(async () => {
  await product.kill("SIGKILL");
  await directory.remove();
});

/** All that was written until now; throws when a line is no JSON. */
function lines(): Line[] {
  const whole = product.output().slice(0, product.output().lastIndexOf("\n") + 1);
  return whole
    .split("\n")
    .filter((text) => text !== "")
    .map((text) => JSON.parse(text));
}

const saying = (message: string) => lines().filter((line) => line.message === message);

function setLevel(body: object, nodeId = "node-1", headers?: Record<string, string>) {
  return product.request("POST", `/v1/nodes/${nodeId}:setLogLevel`, body, headers);
}

describe("messages that are refused", () => {
  test("are told with the gateway as a field; hundreds of them are some lines and a count", async () => {
    const [credentials] = (await provision(product, ["gw-1"])) as [Credentials];
    const gateway = await connectGateway(product, credentials);
    await gateway.publish("hello", { boot: "b1" });
    const unusable = Array.from({ length: FLOOD }, (_, seq) =>
      gateway.publish("reported", { state: 7, seq }),
    );
    await Promise.all(unusable);
    await gateway.end();
    const refused = await waitFor("the refusals", () => {
      const found = saying("a message of a gateway was refused");
      return found.length >= LINES && found;
    });
    expect(refused.length).toBeLessThanOrEqual(LINES + 1);
    expect(refused[0]).toMatchObject({
      "gateway.id": "gw-1",
      "log.logger": "mqtt-front",
      "messaging.destination.name": "gw/gw-1/up/reported",
      "error.code": expect.any(String),
      "error.message": expect.any(String),
    });
    const metrics = await (await fetch(`${product.httpUrl}/metrics`)).text();
    const [, counted] = /gateway_twin_log_lines_total\{[^}]*level="warn"[^}]*\} (\d+)/.exec(metrics) ?? [];
    expect(Number(counted)).toBeGreaterThanOrEqual(FLOOD);
  });
});

describe("the level of a node", () => {
  test("is changed while it runs, for all or one module, and is then as before", async () => {
    const all = await setLevel({ level: "trace", ttlSeconds: 2 });
    expect(all).toMatchObject({ status: 200, body: { level: "trace", module: "*" } });
    const change = await waitFor("the change", () => saying("the log level was changed for a while").at(0));
    expect(change).toMatchObject({ "log_change.level": "trace", "log_change.module": "*" });
    await waitFor("finer lines", async () => {
      await product.request("GET", "/v1/gateways/gw-1/twin");
      return lines().some((line) => line["log.level"] === "debug" || line["log.level"] === "trace");
    });
    await waitFor("the end", () => saying("the log level is the usual one again").length > 0);
    const fine = () => lines().filter((line) => /debug|trace/.test(String(line["log.level"]))).length;
    const before = fine();
    await product.request("GET", "/v1/gateways/gw-1/twin");
    expect(fine()).toBe(before);
  });

  test("is for admins; what cannot be is refused; all of it is audited", async () => {
    const key = { displayName: "console", role: "operator" };
    const { token } = (await product.request("POST", "/v1/apiKeys", key)).body as { token: string };
    const answers = [
      await setLevel({ level: "debug" }, "node-1", { authorization: `Bearer ${token}` }),
      await setLevel({ level: "debug" }, "node-9"),
      await setLevel({ level: "debug", module: "nothing" }),
      await setLevel({ level: "loud" }),
      await setLevel({ level: "debug", ttlSeconds: 86_401 }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 404, 400, 400, 400]);
    const audited = await waitFor("the audit", async () => {
      const { body } = await product.request("GET", "/v1/auditLogs?pageSize=1000");
      const found = JSON.stringify(body).split("node.setLogLevel").length - 1;
      return found >= 6 && found;
    });
    expect(audited).toBeGreaterThanOrEqual(6);
  });
});

test("every line of all this is JSON in ECS, and has its place in the index template", async () => {
  await product.request("POST", "/v1/gateways", "{");
  await product.request("GET", "/v1/nothing?access_token=abcdefgh");
  expect(await product.kill("SIGTERM")).toBe(0);
  const all = lines();
  expect(all.length).toBeGreaterThan(100);
  expect(new Set(all.flatMap((line) => misfits(line, fields)))).toEqual(new Set());
  for (const name of REQUIRED) expect([name, all.filter((line) => !(name in line))]).toEqual([name, []]);
});
