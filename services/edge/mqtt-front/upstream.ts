import type { PublishPacket } from "aedes";
import type { AnswerKind } from "../../../actors/contracts/commands.ts";
import { type ErrorValue, messageOf } from "../../../actors/contracts/errors.ts";
import type { Limits } from "../../../actors/contracts/limits.ts";
import type { Log } from "../../../actors/runtime/ports.ts";
import type { Counters } from "../../../mixins/counters.ts";
import type { Acknowledged } from "../../../mixins/metrics/acknowledged.ts";
import type { AnswerQueue } from "../answers/answer-queue.ts";
import type { Turn } from "../ingest/in-order.ts";
import type { IngestBatcher } from "../ingest/ingest-batcher.ts";
import { bootOf } from "../ingest/payload-check.ts";
import { errorAnswer, isForCommands, isForPresence, isForTwins, problemOf } from "../ingest/refusal.ts";
import type { Target } from "../ingest/topics.ts";
import type { SignalQueue } from "../signals/signal-queue.ts";
import { Delivery, type OnSettled } from "./delivery.ts";
import type { Link } from "./link.ts";
import type { Links } from "./links.ts";

type UpstreamOptions = {
  readonly limits: Limits;
  readonly links: Links;
  readonly batcher: IngestBatcher;
  readonly signals: SignalQueue;
  /** Without it answers to commands are acknowledged, and that is all. */
  readonly answers: AnswerQueue | undefined;
  readonly counters: Counters;
  readonly acknowledged: Acknowledged;
  readonly log: Pick<Log, "warn">;
};

/** What a gateway says of its commands. */
type Answer = {
  readonly topic: string;
  readonly kind: AnswerKind;
  readonly payload: Uint8Array;
  readonly turn: Turn;
};

/** Takes in what gateways publish. */
export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #settled: OnSettled;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.#settled = (delivery, outcome) => {
      const { gatewayId, kind, payload } = delivery.message;
      if (!outcome.ok) this.#refuse(gatewayId, `gw/${gatewayId}/up/${kind}`, payload, outcome.error);
      else
        for (const { topic, payload } of outcome.reply ?? []) options.links.send(gatewayId, topic, payload);
      delivery.link.acknowledgements.done(delivery.turn);
      options.acknowledged.ended(outcome.ok, delivery.since);
    };
  }

  /** Calls `release` when the message may be acknowledged, in order per connection. */
  receive(link: Link, { topic, payload: content }: PublishPacket, release: () => void): void {
    const payload = typeof content === "string" ? Buffer.from(content) : content;
    const target = link.topics.targetOf(topic);
    this.#options.counters.count("gateway_twin.edge.messages.total", { kind: target });
    this.#options.counters.count("gateway_twin.edge.received.bytes.total", {}, payload.length);
    const turn = link.acknowledgements.add(payload.length, release);
    const { mqttPayloadBytes } = this.#options.limits;
    if (isForTwins(target) && payload.length <= mqttPayloadBytes) {
      this.#tell(link, target, payload);
      if (target === "hello") this.#options.answers?.hello(link.gatewayId);
      return this.#options.batcher.submit(new Delivery(link, target, payload, turn, this.#settled));
    }
    const { answers } = this.#options;
    if (answers && isForCommands(target) && payload.length <= mqttPayloadBytes)
      return this.#answer(answers, link, { topic, kind: target, payload, turn });
    const problem = problemOf({ topic, target, payload }, mqttPayloadBytes);
    if (problem) this.#refuse(link.gatewayId, topic, payload, problem);
    else this.#tell(link, target, payload);
    link.acknowledgements.done(turn);
  }

  #answer(answers: AnswerQueue, link: Link, { topic, kind, payload, turn }: Answer): void {
    const { gatewayId } = link;
    answers.submit(
      { gatewayId, kind, payload },
      {
        isDropped: () => link.isClosed,
        settle: (error) => {
          if (error) this.#refuse(gatewayId, topic, payload, error);
          link.acknowledgements.done(turn);
        },
      },
    );
  }

  /** A will is no word of a living gateway; that its connection has closed says it all. */
  #tell(link: Link, target: Target, payload: Uint8Array): void {
    if (!isForPresence(target) || link.isClosed) return;
    if (target === "hello") link.boot = bootOf(payload);
    if (target === "bye" && !this.#isOfNow(link, payload)) return;
    this.#options.signals.forward(target, link.session, payload);
    if (target === "bye") link.endReason = "left";
  }

  /** A bye of an earlier power-on may have waited at the gateway: it does not end the present one. */
  #isOfNow({ boot }: Link, bye: Uint8Array): boolean {
    const isOfNow = boot === undefined || boot === bootOf(bye);
    if (!isOfNow) this.#options.counters.count("gateway_twin.edge.byes.stale.total");
    return isOfNow;
  }

  /** Sending it again would not help: the gateway is told why, and gets its PUBACK. */
  #refuse(gatewayId: string, topic: string, payload: Uint8Array, error: ErrorValue): void {
    const { links, counters, log, limits } = this.#options;
    counters.count("gateway_twin.edge.errors.total", { reason: error.type });
    log.warn("a message of a gateway was refused", {
      "gateway.id": gatewayId,
      "messaging.destination.name": topic,
      "error.code": error.type,
      error: messageOf(error),
    });
    const answer = errorAnswer({ topic, payload }, error, limits.mqttPayloadBytes);
    links.send(gatewayId, "error", answer);
  }
}
