import { expect, test } from "vitest";
import type { Outcome } from "../actors/runtime/actor.ts";
import type { GatewayAnswer, TwinReply } from "../actors/twin/contract.ts";
import { firstThatFit } from "./actor-asks.ts";

const replyOf = (bytes: number): Outcome<TwinReply> => {
  const answer: GatewayAnswer = { topic: "twin", payload: { text: "x".repeat(bytes) } };
  return { ok: true, reply: [answer] };
};

test.each([
  ["all of a few small ones", Array.from({ length: 256 }, () => 100), 256],
  ["one, however large", [700_000, 100], 1],
  ["as many as have 256 KB together", [100_000, 100_000, 50_000, 100_000, 10], 3],
  ["none of none", [], 0],
])("one reply carries %s", (_, sizes, count) => {
  expect(firstThatFit(sizes.map(replyOf))).toHaveLength(count);
});
