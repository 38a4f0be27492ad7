import { DomainError, ERRORS, type ErrorValue } from "../../../actors/contracts/errors.ts";
import type { EncodedAnswer, UpMessage } from "../../../actors/contracts/twins.ts";
import { type Outcome, rejected } from "../../../actors/runtime/actor.ts";
import type { GatewayAnswer, TwinReply } from "../../../actors/twin/contract.ts";
import { decodeUpMessage } from "../../../actors/twin/gateway-messages.ts";
import type { TwinHost } from "./twin-host.ts";

export type IngestOutcome = Outcome<readonly EncodedAnswer[]>;

/** Gives a batch of an edge to the twins; resolves when the last of its messages is decided. */
export function ingest(
  host: Pick<TwinHost, "deliver">,
  messages: readonly UpMessage[],
): Promise<IngestOutcome[]> {
  const { promise, resolve } = Promise.withResolvers<IngestOutcome[]>();
  const outcomes: IngestOutcome[] = new Array(messages.length);
  const refused = new Map<string, ErrorValue>();
  let open = messages.length;
  if (open === 0) resolve(outcomes);
  for (const [index, message] of messages.entries()) {
    const settle = (outcome: IngestOutcome) => {
      if (isToRetry(outcome)) refused.set(message.gatewayId, outcome.error);
      outcomes[index] = outcome;
      open -= 1;
      if (open === 0) resolve(outcomes);
    };
    // The edge sends a refused message again: a later one of the same gateway must not overtake it. All of a
    // batch is handed over in one turn, so only a refusal at once can come between two of them.
    const error = refused.size > 0 ? refused.get(message.gatewayId) : undefined;
    if (error) settle(rejected(error));
    else deliver(host, message, settle);
  }
  return promise;
}

function isToRetry(outcome: IngestOutcome): outcome is Extract<IngestOutcome, { readonly ok: false }> {
  return !outcome.ok && ERRORS[outcome.error.type].retryable;
}

function deliver(
  host: Pick<TwinHost, "deliver">,
  { gatewayId, kind, payload }: UpMessage,
  done: (outcome: IngestOutcome) => void,
): void {
  try {
    const command = decodeUpMessage(kind, payload);
    host.deliver(gatewayId, command, (outcome) => done(outcome.ok ? encoded(outcome.reply) : outcome));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    done(rejected(error.toValue()));
  }
}

const NO_ANSWERS: IngestOutcome = { ok: true, reply: [] };

/** The commands of gateways are answered with lists. */
function encoded(reply: TwinReply | undefined): IngestOutcome {
  const answers = reply as readonly GatewayAnswer[] | undefined;
  if (!answers || answers.length === 0) return NO_ANSWERS;
  const texts = answers.map(({ topic, payload }) => ({ topic, payload: JSON.stringify(payload) }));
  return { ok: true, reply: texts };
}
