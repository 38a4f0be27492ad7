import { ServiceBroker } from "moleculer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Metrics, metricCounters } from "./counters.ts";
import { metricsText } from "./metrics-page.ts";

const broker = new ServiceBroker({ logger: false, metrics: { enabled: true, reporter: [] } });
let metrics: Metrics;
let text: () => string;

beforeAll(async () => {
  await broker.start();
  metrics = metricCounters(broker);
  text = metricsText(broker, metrics);
});

afterAll(() => broker.stop());

const linesOf = (family: string) =>
  text()
    .split("\n")
    .filter((line) => line.includes(family));

test("buckets grow, in their order, whatever order their bounds have as keys", () => {
  for (const value of [0.2, 3, 3, 99])
    metrics.observe("gateway_twin.a.seconds", value, { k: "v" }, [0.5, 1, 5]);
  expect(linesOf("gateway_twin_a_seconds")).toEqual([
    "# HELP gateway_twin_a_seconds gateway_twin.a.seconds",
    "# TYPE gateway_twin_a_seconds histogram",
    'gateway_twin_a_seconds_bucket{k="v",le="0.5"} 1',
    'gateway_twin_a_seconds_bucket{k="v",le="1"} 1',
    'gateway_twin_a_seconds_bucket{k="v",le="5"} 3',
    'gateway_twin_a_seconds_bucket{k="v",le="+Inf"} 4',
    'gateway_twin_a_seconds_sum{k="v"} 105.2',
    'gateway_twin_a_seconds_count{k="v"} 4',
  ]);
});

test("what stands in a label cannot end it, nor its line", () => {
  metrics.gauge("gateway_twin.b", 1, { k: 'a"b\\c\nd' });
  expect(linesOf("gateway_twin_b{")).toEqual(['gateway_twin_b{k="a\\"b\\\\c\\nd"} 1']);
});

test("what is looked at when somebody asks is new on each page; Moleculer's own families are not there", () => {
  let asked = 0;
  metrics.onScrape(() => {
    asked += 1;
    metrics.total("gateway_twin.c.total", asked);
  });
  expect(linesOf("gateway_twin_c_total 1")).toHaveLength(1);
  expect(linesOf("gateway_twin_c_total 2")).toHaveLength(1);
  expect(text()).not.toContain("moleculer_");
});
