import type { AnswerKind } from "../../../actors/contracts/commands.ts";
import { type ErrorValue, messageOf } from "../../../actors/contracts/errors.ts";
import { isGatewayId } from "../../../actors/contracts/ids.ts";
import type { Limits } from "../../../actors/contracts/limits.ts";
import type { UpKind } from "../../../actors/contracts/payloads.ts";
import type { UpMessage } from "../../../actors/contracts/twins.ts";
import type { Log } from "../../../actors/runtime/ports.ts";
import type { Counters } from "../../../mixins/counters.ts";
import type { Acknowledged } from "../../../mixins/metrics/acknowledged.ts";
import type { AnswerQueue } from "../answers/answer-queue.ts";
import type { IngestBatcher, IngestOutcome, Submission } from "../ingest/ingest-batcher.ts";
import { errorAnswer, isForCommands, isForTwins, problemOf } from "../ingest/refusal.ts";
import { OwnTopics, type Target } from "../ingest/topics.ts";
import type { Heard } from "./heard.ts";
import type { KnownGateways } from "./known-gateways.ts";
import type { Publisher } from "./publisher.ts";
import type { Arrival } from "./slot-connection.ts";

type UpstreamOptions = {
  readonly limits: Limits;
  readonly gateways: KnownGateways;
  readonly batcher: IngestBatcher;
  /** Without it answers to commands are acknowledged, and that is all. */
  readonly answers: AnswerQueue | undefined;
  readonly heard: Heard;
  readonly publisher: Publisher;
  readonly counters: Counters;
  readonly acknowledged: Acknowledged;
  readonly log: Pick<Log, "warn">;
};

/** Something that is on its way. */
type Open = { readonly isDropped: boolean; readonly message: { readonly gatewayId: string } };

const ROOT = "gw/".length;

/**
 * Takes in what the broker hands out. The broker has checked who may publish where; whether the gateway exists is
 * checked here. A gateway's messages keep their order within a slot; with several slots the broker must see to it
 * that all of a gateway's come through one.
 */
export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #open = new Set<Open>();
  readonly #settled = (passage: Passage, outcome: IngestOutcome) => this.#settle(passage, outcome);

  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  receive(arrival: Arrival): void {
    const gatewayId = arrival.topic.slice(ROOT, arrival.topic.indexOf("/", ROOT));
    const target = new OwnTopics(gatewayId).targetOf(arrival.topic);
    this.#options.counters.count("gateway_twin.bridge.messages.total", { kind: target });
    if (!isGatewayId(gatewayId)) return this.#refuseUnnamed(arrival);
    this.#options.gateways.ask(gatewayId, {
      get isDropped() {
        return arrival.isDropped;
      },
      told: (exists) => this.#pass(arrival, gatewayId, target, exists),
    });
  }

  /** Connections have ended: what came over them is coming again. */
  forgetDropped(): void {
    const gatewayIds = new Set<string>();
    for (const passage of this.#open) {
      if (!passage.isDropped) continue;
      this.#open.delete(passage);
      gatewayIds.add(passage.message.gatewayId);
    }
    const { batcher, answers } = this.#options;
    for (const gatewayId of gatewayIds) {
      batcher.purge(gatewayId);
      answers?.purge(gatewayId);
    }
  }

  #pass(arrival: Arrival, gatewayId: string, target: Target, exists: boolean): void {
    const { topic, payload } = arrival;
    const limit = this.#options.limits.mqttPayloadBytes;
    if (exists && isForTwins(target) && payload.length <= limit) {
      this.#options.heard.hear(gatewayId, target, payload);
      if (target === "hello") this.#options.answers?.hello(gatewayId);
      return this.#submit(arrival, gatewayId, target);
    }
    const { answers } = this.#options;
    if (answers && exists && isForCommands(target) && payload.length <= limit) {
      this.#options.heard.hear(gatewayId, target, payload);
      return this.#answer(answers, arrival, gatewayId, target);
    }
    const problem: ErrorValue | null = exists
      ? problemOf({ topic, target, payload }, limit)
      : { type: "GATEWAY_NOT_FOUND", data: { gatewayId } };
    if (problem) this.#refuse(arrival, gatewayId, problem);
    else this.#options.heard.hear(gatewayId, target, payload);
    arrival.done();
  }

  #submit(arrival: Arrival, gatewayId: string, kind: UpKind): void {
    const since = this.#options.acknowledged.now();
    const message = { gatewayId, kind, payload: arrival.payload };
    const passage = new Passage(arrival, message, since, this.#settled);
    this.#open.add(passage);
    this.#options.batcher.submit(passage);
  }

  #answer(answers: AnswerQueue, arrival: Arrival, gatewayId: string, kind: AnswerKind): void {
    const message = { gatewayId, kind, payload: arrival.payload };
    const open: Open = {
      get isDropped() {
        return arrival.isDropped;
      },
      message,
    };
    this.#open.add(open);
    answers.submit(message, {
      isDropped: () => arrival.isDropped,
      settle: (error) => {
        this.#open.delete(open);
        if (error) this.#refuse(arrival, gatewayId, error);
        arrival.done();
      },
    });
  }

  #settle(passage: Passage, outcome: IngestOutcome): void {
    const { arrival, message } = passage;
    const { gatewayId } = message;
    this.#open.delete(passage);
    this.#options.acknowledged.ended(outcome.ok, passage.since);
    if (!outcome.ok) this.#refuse(arrival, gatewayId, outcome.error);
    else for (const answer of outcome.reply ?? []) this.#options.publisher.send({ gatewayId, ...answer });
    arrival.done();
  }

  /** Getting it again would not help: the gateway is told why, and the broker that it was taken. */
  #refuse(arrival: Arrival, gatewayId: string, error: ErrorValue): void {
    const { publisher, limits } = this.#options;
    this.#tell(error.type, messageOf(error), gatewayId);
    const payload = errorAnswer(arrival, error, limits.mqttPayloadBytes);
    publisher.send({ gatewayId, topic: "error", payload });
  }

  /** There is nobody to tell. */
  #refuseUnnamed(arrival: Arrival): void {
    this.#tell("MALFORMED_GATEWAY_ID", "its topic names no possible gateway");
    arrival.done();
  }

  #tell(reason: string, error: string, gatewayId?: string): void {
    this.#options.counters.count("gateway_twin.bridge.errors.total", { reason });
    this.#options.log.warn("a message from the broker was refused", {
      ...(gatewayId !== undefined && { "gateway.id": gatewayId }),
      "error.code": reason,
      error,
    });
  }
}

/** A message on its way to the twins, and the connection that waits for its acknowledgement. */
class Passage implements Submission {
  readonly arrival: Arrival;
  readonly message: UpMessage;
  /** When the registry knew its gateway; milliseconds that only grow. */
  readonly since: number;
  readonly #onSettled: (passage: Passage, outcome: IngestOutcome) => void;

  constructor(
    arrival: Arrival,
    message: UpMessage,
    since: number,
    onSettled: (passage: Passage, outcome: IngestOutcome) => void,
  ) {
    this.arrival = arrival;
    this.message = message;
    this.since = since;
    this.#onSettled = onSettled;
  }

  get isDropped(): boolean {
    return this.arrival.isDropped;
  }

  settle(outcome: IngestOutcome): void {
    this.#onSettled(this, outcome);
  }
}
