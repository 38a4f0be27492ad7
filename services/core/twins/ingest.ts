import { DomainError, ERRORS, type ErrorValue } from "../../../actors/contracts/errors.ts";
import type { EncodedAnswer, UpMessage } from "../../../actors/contracts/twins.ts";
import { type Outcome, rejected } from "../../../actors/runtime/actor.ts";
import type { GatewayAnswer, TwinReply } from "../../../actors/twin/contract.ts";
import { decodeUpMessage } from "../../../actors/twin/gateway-messages.ts";
import type { TwinHost } from "./twin-host.ts";

export type IngestOutcome = Outcome<readonly EncodedAnswer[]>;

type Host = Pick<TwinHost, "deliver">;

/** Gives a batch of an edge to the twins; resolves when the last of its messages is decided. */
export function ingest(host: Host, messages: readonly UpMessage[]): Promise<IngestOutcome[]> {
  return new IngestCall(host, messages).run();
}

class IngestCall {
  readonly #host: Host;
  readonly #messages: readonly UpMessage[];
  readonly #done = Promise.withResolvers<IngestOutcome[]>();
  readonly #outcomes: IngestOutcome[];
  readonly #refused = new Map<string, ErrorValue>();
  #open: number;

  constructor(host: Host, messages: readonly UpMessage[]) {
    this.#host = host;
    this.#messages = messages;
    this.#outcomes = new Array(messages.length);
    this.#open = messages.length;
  }

  /**
   * The edge sends a refused message again: a later one of the same gateway must not overtake it. All of a batch is
   * handed over in one turn, so only a refusal at once can come between two of them.
   */
  run(): Promise<IngestOutcome[]> {
    if (this.#open === 0) this.#done.resolve([]);
    for (const [index, message] of this.#messages.entries()) {
      const error = this.#refused.size > 0 ? this.#refused.get(message.gatewayId) : undefined;
      if (error) this.#settle(index, rejected(error));
      else this.#deliver(index, message);
    }
    return this.#done.promise;
  }

  #deliver(index: number, { gatewayId, kind, payload }: UpMessage): void {
    try {
      const command = decodeUpMessage(kind, payload);
      this.#host.deliver(gatewayId, command, (outcome) =>
        this.#settle(index, outcome.ok ? encoded(outcome.reply) : outcome),
      );
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.#settle(index, rejected(error.toValue()));
    }
  }

  #settle(index: number, outcome: IngestOutcome): void {
    if (!outcome.ok) this.#noteRefusal(index, outcome.error);
    this.#outcomes[index] = outcome;
    this.#open -= 1;
    if (this.#open === 0) this.#done.resolve(this.#outcomes);
  }

  #noteRefusal(index: number, error: ErrorValue): void {
    const { gatewayId } = this.#messages[index] as UpMessage;
    if (ERRORS[error.type].retryable) this.#refused.set(gatewayId, error);
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
