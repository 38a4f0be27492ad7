import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { scrapeNodes, startPrometheus, type Target } from "../../scripts/servers/prometheus.ts";
import { healthyTargets, query } from "../../scripts/servers/prometheus-api.ts";
import type { Server } from "../../scripts/servers/server.ts";
import { waitFor } from "../helpers/wait-for.ts";

const closing: (() => unknown)[] = [];
let prometheus: Server;

/** Something that has pages of metrics as a node has. */
async function node(nodeId: string, role: string): Promise<Target> {
  const server = createServer((request, response) => {
    response.setHeader("content-type", "text/plain; version=0.0.4");
    response.end(request.url === "/metrics/cluster" ? "whole 1\n" : "own 1\n");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { nodeId, httpUrl: `http://127.0.0.1:${port}`, role };
}

const labelsOf = async (expression: string) =>
  (await query(prometheus.url, expression)).map(({ labels: { __name__: _, ...labels } }) => labels);

beforeAll(async () => {
  prometheus = await startPrometheus({ intervalSeconds: 1 });
});

afterAll(async () => {
  await prometheus.stop();
  for (const close of closing) await close();
});

test("nodes come and go while it runs, with the labels that they get in Kubernetes", async () => {
  const [first, second] = [await node("admin-1", "admin"), await node("core-1", "core")];
  await scrapeNodes(prometheus, [first]);
  await waitFor("the first node", async () => (await healthyTargets(prometheus.url)) === 2, 15_000);
  const namespace = "gateway-twin";
  const ofFirst = { instance: "admin-1", namespace, role: "admin" };
  expect(await labelsOf("own")).toEqual([{ ...ofFirst, job: "gateway-twin" }]);
  expect(await labelsOf("whole")).toEqual([{ ...ofFirst, job: "gateway-twin-cluster" }]);
  await scrapeNodes(prometheus, [second]);
  const ofSecond = { instance: "core-1", job: "gateway-twin", namespace, role: "core" };
  await waitFor(
    "the first node's end",
    async () => (await query(prometheus.url, "whole")).length === 0,
    15_000,
  );
  await waitFor("the second node", async () => (await labelsOf("own"))[0]?.instance === "core-1", 15_000);
  expect(await labelsOf("own")).toEqual([ofSecond]);
  expect(await labelsOf("whole")).toEqual([]);
});

test("what it says against a query is in the error", async () => {
  await expect(query(prometheus.url, "rate(own)")).rejects.toThrow(/400 .*expected type range vector/);
});
