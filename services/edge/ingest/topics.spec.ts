import { describe, expect, test } from "vitest";
import { matchesFilter, OwnTopics } from "./topics.ts";

const own = new OwnTopics("gw-1");

test.each([
  ["gw/gw-1/up/hello", "hello"],
  ["gw/gw-1/up/toString", "unknown"],
  ["gw/gw-1/up/", "unknown"],
  ["gw/gw-1/up/hello/", "unknown"],
  ["gw/gw-1/res/a/b", "response"],
  ["gw/gw-1/res/", "unknown"],
  ["gw/gw-1/down/ack", "unknown"],
  ["gw/gw-1", "foreign"],
  ["gw/gw-12/up/hello", "foreign"],
  ["/gw/gw-1/up/hello", "foreign"],
])("a publish to %s is %s", (topic, target) => {
  expect(own.targetOf(topic)).toBe(target);
});

test.each([
  ["gw/gw-1/down/#", "#"],
  ["gw/gw-1/down/+/x", "+/x"],
  ["gw/gw-1/down/", null],
  ["gw/gw-1/#", null],
  ["gw/+/down/#", null],
  ["gw/gw-12/down/#", null],
])("the filter %s stands for %s below down", (filter, below) => {
  expect(own.downFilter(filter)).toBe(below);
});

describe("a filter matches", () => {
  test.each([
    ["#", "a/b", true],
    ["a", "a", true],
    ["+", "a", true],
    ["+", "a/b", false],
    ["a/#", "a", true],
    ["a/#", "a/b/c", true],
    ["+/b", "a/b", true],
    ["a/b", "a", false],
    ["b/#", "a/b", false],
  ])("%s and %s: %s", (filter, topic, matches) => {
    expect(matchesFilter(filter, topic)).toBe(matches);
  });
});
