import type { DownMessage } from "../../../actors/contracts/edge.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { UpMessage } from "../../../actors/contracts/twins.ts";
import { rejected } from "../../../actors/runtime/actor.ts";
import { bytesOf, inBatches, MAX_CALL_BYTES } from "../../../mixins/down-batches.ts";
import type { IngestOutcome } from "./ingest.ts";

/** An answer, and the message of the batch that it answers. */
type Answer = DownMessage & { readonly index: number };

type Deliver = (answers: DownMessage[]) => Promise<unknown>;

/**
 * Keeps the reply to an edge within what NATS carries: answers that are too much go to the edge in calls of their own,
 * before the outcomes. All answers to a gateway go the same way, else they would overtake each other.
 */
export async function handOver(
  messages: readonly UpMessage[],
  outcomes: readonly IngestOutcome[],
  deliver: Deliver,
): Promise<readonly IngestOutcome[]> {
  if (isSmall(outcomes)) return outcomes;
  const ahead = surplus(messages, outcomes);
  if (ahead.length === 0) return outcomes;
  const { done, problem } = await deliverAll(ahead, deliver);
  const failed = firstByGateway(ahead.slice(done));
  const undelivered = rejected<never>(
    new DomainError("SERVICE_UNAVAILABLE", { service: "the edge", problem }).toValue(),
  );
  const handedOver = new Set(ahead.map(({ index }) => index));
  return outcomes.map((outcome, index) => {
    const from = failed.get(messages[index]?.gatewayId ?? "");
    // What is sent again is applied again: everything the gateway sent after it must be, too.
    if (from !== undefined && index >= from) return undelivered;
    return handedOver.has(index) ? { ok: true, reply: [] } : outcome;
  });
}

/** Tells it cheaply of nearly all batches: a character has at most three bytes. */
function isSmall(outcomes: readonly IngestOutcome[]): boolean {
  let characters = 0;
  for (const outcome of outcomes) {
    if (!outcome.ok) continue;
    for (const { payload } of outcome.reply ?? []) characters += payload.length;
  }
  return characters * 3 <= MAX_CALL_BYTES;
}

/** Gateway by gateway, those whose answers fit no more. */
function surplus(messages: readonly UpMessage[], outcomes: readonly IngestOutcome[]): Answer[] {
  const answers = outcomes.flatMap((outcome, index) => {
    const gatewayId = messages[index]?.gatewayId ?? "";
    return outcome.ok ? (outcome.reply ?? []).map((answer) => ({ ...answer, gatewayId, index })) : [];
  });
  let room = MAX_CALL_BYTES;
  return [...Map.groupBy(answers, ({ gatewayId }) => gatewayId).values()].flatMap((own) => {
    const bytes = own.reduce((sum, answer) => sum + bytesOf(answer), 0);
    if (bytes > room) return own;
    room -= bytes;
    return [];
  });
}

/** One call after the other, in order, up to the first that fails. */
async function deliverAll(
  answers: readonly Answer[],
  deliver: Deliver,
): Promise<{ done: number; problem: string }> {
  let done = 0;
  for (const batch of inBatches(answers, bytesOf)) {
    try {
      await deliver(batch.map(({ gatewayId, topic, payload }) => ({ gatewayId, topic, payload })));
    } catch (error) {
      return { done, problem: String(error) };
    }
    done += batch.length;
  }
  return { done, problem: "" };
}

function firstByGateway(answers: readonly Answer[]): Map<string, number> {
  const first = new Map<string, number>();
  for (const { gatewayId, index } of answers) if (!first.has(gatewayId)) first.set(gatewayId, index);
  return first;
}
