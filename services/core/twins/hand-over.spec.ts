import { expect, test } from "vitest";
import type { DownMessage } from "../../../actors/contracts/edge.ts";
import type { UpMessage } from "../../../actors/contracts/twins.ts";
import { bytesOf, MAX_CALL_BYTES } from "../../../mixins/down-batches.ts";
import { handOver } from "./hand-over.ts";
import type { IngestOutcome } from "./ingest.ts";

const KIB = 1024;
type Sent = readonly [gatewayId: string, answerBytes: number];

function batchOf(sent: readonly Sent[]): [UpMessage[], IngestOutcome[]] {
  const messages = sent.map(([gatewayId]): UpMessage => ({ gatewayId, kind: "get", payload: Buffer.of() }));
  const outcomes = sent.map(([, bytes], n): IngestOutcome => {
    return { ok: true, reply: bytes > 0 ? [{ topic: String(n), payload: "x".repeat(bytes) }] : [] };
  });
  return [messages, outcomes];
}

/** The topics as they reach the gateways: those handed over, then those in the outcomes. */
async function play(sent: readonly Sent[], failAt = Number.POSITIVE_INFINITY) {
  const calls: (readonly DownMessage[])[] = [];
  const [messages, outcomes] = batchOf(sent);
  const result = await handOver(messages, outcomes, async (answers) => {
    if (calls.length === failAt) throw new Error("the edge is gone");
    calls.push(answers);
  });
  const inReply = result.flatMap((outcome) => (outcome.ok ? (outcome.reply ?? []) : []));
  const bytes = inReply.reduce((sum, { payload }) => sum + payload.length, 0);
  return {
    calls: calls.map((answers) => answers.map(({ topic }) => topic)),
    largest: Math.max(
      0,
      ...calls.map((answers) => answers.reduce((sum, answer) => sum + bytesOf(answer), 0)),
    ),
    reply: inReply.map(({ topic }) => topic),
    bytes,
    outcomes: result.map((outcome) => (outcome.ok ? "ok" : outcome.error.type)),
  };
}

test("what one reply can carry stays as it is", async () => {
  const small: Sent[] = Array.from({ length: 256 }, (_, n) => [`gw-${n}`, 500]);
  const { calls, reply } = await play(small);
  expect(calls).toEqual([]);
  expect(reply).toHaveLength(256);
});

test("answers beyond 256 KB go ahead of the reply, in calls of at most 256 KB, and only once", async () => {
  const sent: Sent[] = [
    ["a", 100],
    ["b", 150 * KIB],
    ["c", 200 * KIB],
    ["d", 200 * KIB],
    ["e", 100],
  ];
  const { calls, reply, bytes, largest, outcomes } = await play(sent);
  expect(calls).toEqual([["2"], ["3"]]);
  expect(reply).toEqual(["0", "1", "4"]);
  expect(bytes).toBeLessThan(MAX_CALL_BYTES);
  expect(largest).toBeLessThanOrEqual(MAX_CALL_BYTES);
  expect(outcomes).toEqual(["ok", "ok", "ok", "ok", "ok"]);
});

test("a gateway's answers keep their order: all of them go the same way", async () => {
  const { calls, reply } = await play([
    ["a", 100],
    ["a", 200 * KIB],
    ["b", 100],
    ["a", 100 * KIB],
    ["a", 100],
  ]);
  expect(calls.flat()).toEqual(["0", "1", "3", "4"]);
  expect(reply).toEqual(["2"]);
});

test("when the edge does not take them, the gateway's messages from there on are to be sent again", async () => {
  const sent: Sent[] = [
    ["a", 200 * KIB],
    ["b", 100],
    ["a", 200 * KIB],
    ["a", 0],
    ["c", 256 * KIB],
  ];
  const { calls, outcomes } = await play(sent, 1);
  expect(calls).toEqual([["0"]]);
  expect(outcomes).toEqual(["ok", "ok", "SERVICE_UNAVAILABLE", "SERVICE_UNAVAILABLE", "SERVICE_UNAVAILABLE"]);
});
