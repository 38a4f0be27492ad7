import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { LOG_FIELDS } from "../../actors/runtime/log-fields.ts";
import { fieldsOf, misfits } from "../helpers/elasticsearch-mapping.ts";

const file = (name: string) => readFileSync(new URL(`../../k8s/logging/${name}`, import.meta.url), "utf8");
const template = JSON.parse(file("index-template.json"));
const fields = fieldsOf(template.template.mappings.properties);

describe("the index template", () => {
  test("is for the data stream that Filebeat fills, keeps lines for a while, and guesses nothing", () => {
    expect(template).toMatchObject({
      index_patterns: ["logs-gateway_twin-*"],
      data_stream: {},
      template: { lifecycle: { data_retention: "30d" }, mappings: { dynamic: false } },
    });
    // Elastic's own template for logs-*-* has 100.
    expect(template.priority).toBeGreaterThan(100);
  });

  test("has every field that our code can write, with its type", () => {
    for (const [name, type] of Object.entries(LOG_FIELDS))
      expect([name, fields.get(name)]).toEqual([name, type]);
  });

  test("is checked by what notices fields without a place and values of another type", () => {
    const document = {
      gatewayId: "gw-1",
      "gateway.id": 7,
      "actor.partition": "3",
      "consumer.group": ["a", "b"],
      "@timestamp": "yesterday",
      details: { deep: { down: 1 } },
      log: { level: "info" },
    };
    expect(misfits(document, fields)).toEqual([
      "gatewayId is not mapped",
      "gateway.id is no keyword: 7",
      'actor.partition is no long: "3"',
      '@timestamp is no date: "yesterday"',
    ]);
  });
});

test("Filebeat reads our containers, parses each line once, and writes to that data stream", () => {
  const config = parse(file("filebeat.yaml"));
  const [provider] = config["filebeat.autodiscover"].providers;
  const [{ config: inputs, condition }] = provider.templates;
  expect(Object.values(condition.equals)).toEqual(["gateway-twin"]);
  expect([provider["hints.enabled"], provider.templates.length, inputs.length]).toEqual([false, 1, 1]);
  const parsers = inputs[0].parsers.map((parser: object) => Object.keys(parser)[0]);
  expect(parsers).toEqual(["container", "ndjson"]);
  expect(JSON.stringify(config)).not.toMatch(/decode_json_fields/);
  expect(inputs[0].parsers[1].ndjson).toMatchObject({ target: "", expand_keys: true, overwrite_keys: true });
  const { type, dataset, namespace } = inputs[0].processors[0].add_fields.fields;
  expect(config["output.elasticsearch"].index).toBe(`${type}-${dataset}-${namespace}`);
  expect(fields.get("data_stream.dataset")).toBe("constant_keyword");
  expect(file("filebeat.yaml")).not.toMatch(/(password|api_key): (?!\$\{)/);
});

test("the saved search shows fields that there are, in the indices of the template", () => {
  const [view, search, end] = file("kibana-search.ndjson")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(view.attributes).toMatchObject({ title: template.index_patterns[0], timeFieldName: "@timestamp" });
  expect(search.references.map(({ id }: { id: string }) => id)).toEqual([view.id]);
  const { columns, sort, kibanaSavedObjectMeta } = search.attributes;
  const { query } = JSON.parse(kibanaSavedObjectMeta.searchSourceJSON);
  const asked = [...query.query.matchAll(/([\w.@]+) :/g)].map(([, name]) => name);
  for (const name of [...columns, ...sort.map(([by]: string[]) => by), ...asked])
    expect([name, fields.has(name)]).toEqual([name, true]);
  expect([asked, end.exportedCount]).toEqual([["log.level"], 2]);
});
