import type { CommandReply } from "../../../actors/command/contract.ts";
import { decodeAnswer, decodeLog } from "../../../actors/command/gateway-messages.ts";
import { gatewayIdOf } from "../../../actors/command/ids.ts";
import type { AnswerKind, AnswerMessage } from "../../../actors/contracts/commands.ts";
import { DomainError, ERRORS, type ErrorValue } from "../../../actors/contracts/errors.ts";
import { type Outcome, rejected } from "../../../actors/runtime/actor.ts";
import { notOwner } from "../../../actors/runtime/answers.ts";
import { partitionOf } from "../../../actors/runtime/partition-map.ts";
import type { Counters } from "../../../mixins/counters.ts";
import type { BusyGateways } from "./busy-gateways.ts";
import type { CommandHost } from "./command-host.ts";
import type { LogWriter } from "./log-writer.ts";

type IngestOptions = {
  readonly host: CommandHost;
  readonly busy: BusyGateways;
  readonly logs: LogWriter;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly counters: Counters;
};

const TAKEN: Outcome<null> = { ok: true, reply: null };
const DEFAULT_LEVEL = "INFO";

/** Takes what gateways say of their commands. */
export class CommandIngest {
  readonly #options: IngestOptions;
  readonly #takers: Readonly<Record<AnswerKind, (message: AnswerMessage) => Promise<Outcome<null>>>> = {
    response: (message) => this.#answer(message),
    log: (message) => this.#log(message),
    hello: (message) => this.#hello(message),
  };

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  /** One outcome per message, in order, each after the commit. */
  takeIn(messages: readonly AnswerMessage[]): Promise<Outcome<null>[]> {
    return Promise.all(messages.map((message) => this.#take(message)));
  }

  async #take(message: AnswerMessage): Promise<Outcome<null>> {
    try {
      return await this.#takers[message.kind](message);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return this.#refused(message, error.toValue());
    }
  }

  async #answer(message: AnswerMessage): Promise<Outcome<null>> {
    const { gatewayId, payload } = message;
    const answer = decodeAnswer(payload);
    const outcome = await this.#options.host.ask(gatewayId, { name: "recordAnswer", params: answer });
    if (!outcome.ok) return this.#refused(message, outcome.error);
    this.#options.counters.count("gateway_twin.commands.answers.total", { what: String(outcome.reply) });
    return TAKEN;
  }

  /** What is about something else is not for here. */
  async #log(message: AnswerMessage): Promise<Outcome<null>> {
    const { gatewayId, payload } = message;
    const { commandId, seq, level = DEFAULT_LEVEL, text, ts } = decodeLog(payload);
    if (commandId === undefined) return TAKEN;
    const outcome = await this.#knows(gatewayId, commandId);
    if (!outcome.ok) return this.#refused(message, outcome.error);
    if (outcome.reply === null) throw new DomainError("COMMAND_NOT_FOUND", { commandId });
    const time = this.#options.clock();
    await this.#options.logs.write({ commandId, seq, gatewayId, time, ts: ts ?? time, level, text });
    return TAKEN;
  }

  #knows(gatewayId: string, commandId: string): Promise<Outcome<CommandReply>> {
    if (gatewayIdOf(commandId) !== gatewayId) throw new DomainError("COMMAND_NOT_FOUND", { commandId });
    return this.#options.host.ask(gatewayId, { name: "getCommand", params: { commandId } });
  }

  /** It may have missed what it was sent while it was away. */
  async #hello({ gatewayId }: AnswerMessage): Promise<Outcome<null>> {
    const { host, busy } = this.#options;
    const isBusy = busy.has(gatewayId);
    const { typeName: type, partitionCount } = host;
    if (isBusy === undefined)
      return rejected(notOwner({ type, partition: partitionOf(gatewayId, partitionCount) }));
    if (!isBusy) return TAKEN;
    const outcome = await host.ask(gatewayId, { name: "sendAgain", params: {} });
    if (!outcome.ok) return outcome;
    // One may have come while this waited for its turn to be told.
    if (outcome.reply === 0 && !host.peek(gatewayId)?.open.length) busy.forget(gatewayId);
    return TAKEN;
  }

  /** What may pass, the edge tries again. */
  #refused({ kind }: AnswerMessage, error: ErrorValue): Outcome<null> {
    const labels = { kind, reason: error.type };
    if (!ERRORS[error.type].retryable)
      this.#options.counters.count("gateway_twin.commands.refused.total", labels);
    return rejected(error);
  }
}
