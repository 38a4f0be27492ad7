import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { Collector } from "../helpers/collector.ts";
import { startProduct } from "../helpers/product.ts";
import { waitFor } from "../helpers/wait-for.ts";

const NO_PARENT = "0".repeat(16);

let collector: Collector;

beforeAll(async () => {
  collector = await Collector.open();
});
afterAll(() => collector.close());
beforeEach(() => {
  collector.state = "up";
  collector.slowness = 0;
  collector.spans.length = 0;
});

it("a root is sampled by chance, and has a trace of its own", async () => {
  const directory = await temporaryDirectory();
  const product = await startProduct({
    dataDir: directory.path,
    env: { JAEGER_URL: collector.url, TRACE_SAMPLE_RATE: "1" },
  });
  collector.slowness = 1500;
  // More than the collector is given at a time.
  await Promise.all(Array.from({ length: 300 }, () => product.request("GET", "/v1/gateways")));
  expect(await product.kill("SIGTERM")).toBe(0);
  await directory.remove();
  const roots = collector.spans.filter(({ name }) => name === "GET /v1/gateways");
  expect(roots).toHaveLength(300);
  expect(new Set(roots.map(({ traceId }) => traceId)).size).toBe(300);
  expect(new Set(roots.map(({ parentId }) => parentId))).toEqual(new Set([NO_PARENT]));
}, 30_000);

it.each(["down", "silent"] as const)(
  "a collector that is %s is told of once, and nothing waits for it",
  async (state) => {
    collector.state = state;
    const directory = await temporaryDirectory();
    const product = await startProduct({
      dataDir: directory.path,
      env: { JAEGER_URL: collector.url, TRACE_SAMPLE_RATE: "1", LOG_LEVEL: "error", LOG_FORMAT: "ecs" },
    });
    const { requests } = collector;
    for (const wanted of [1, 2, 3]) {
      const answers = await Promise.all(
        Array.from({ length: 120 }, () => product.request("GET", "/v1/gateways")),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      await waitFor("a request", () => collector.requests - requests >= wanted);
    }
    const begun = performance.now();
    expect(await product.kill("SIGTERM")).toBe(0);
    expect(performance.now() - begun).toBeLessThan(8000);
    expect(product.output().match(/the collector of JAEGER_URL takes no spans/g)).toHaveLength(1);
    await directory.remove();
  },
  40_000,
);
