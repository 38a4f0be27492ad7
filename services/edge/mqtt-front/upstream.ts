import type { PublishPacket } from "aedes";
import { ERRORS, type ErrorValue, messageOf } from "../../../actors/contracts/errors.ts";
import type { Limits } from "../../../actors/contracts/limits.ts";
import type { UpKind } from "../../../actors/contracts/payloads.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { Delivery, type OnSettled } from "./delivery.ts";
import type { IngestBatcher } from "./ingest-batcher.ts";
import type { LimitedLog } from "./limited-log.ts";
import type { Link } from "./link.ts";
import type { Links } from "./links.ts";
import { correlationOf, payloadProblem } from "./payload-check.ts";
import { ROUTES } from "./routes.ts";
import type { Target } from "./topics.ts";

type UpstreamOptions = {
  readonly limits: Limits;
  readonly links: Links;
  readonly batcher: IngestBatcher;
  readonly counters: Counters;
  readonly log: LimitedLog;
};

const SHOWN_TOPIC = 256;

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
    };
  }

  /** Calls `release` when the message may be acknowledged, in order per connection. */
  receive(link: Link, { topic, payload: content }: PublishPacket, release: () => void): void {
    const payload = typeof content === "string" ? Buffer.from(content) : content;
    const target = link.topics.targetOf(topic);
    this.#options.counters.count("gateway_twin.edge.messages.total", { kind: target });
    const turn = link.acknowledgements.add(payload.length, release);
    if (isForTwins(target) && payload.length <= this.#options.limits.mqttPayloadBytes) {
      return this.#options.batcher.submit(new Delivery(link, target, payload, turn, this.#settled));
    }
    const problem = this.#problemOf(target, topic, payload);
    if (problem) this.#refuse(link.gatewayId, topic, payload, problem);
    link.acknowledgements.done(turn);
  }

  #problemOf(target: Target, topic: string, payload: Uint8Array): ErrorValue | null {
    const limit = this.#options.limits.mqttPayloadBytes;
    if (target === "foreign") return { type: "TOPIC_FORBIDDEN", data: { topic: shown(topic) } };
    if (target === "unknown") return { type: "TOPIC_UNKNOWN", data: { topic: shown(topic) } };
    if (payload.length > limit) return { type: "PAYLOAD_TOO_LARGE", data: { what: "payload", limit } };
    return target === "response" ? null : payloadProblem(target, payload);
  }

  /** Sending it again would not help: the gateway is told why, and gets its PUBACK. */
  #refuse(gatewayId: string, topic: string, payload: Uint8Array, error: ErrorValue): void {
    const { links, counters, log, limits } = this.#options;
    const message = messageOf(error);
    counters.count("gateway_twin.edge.errors.total", { reason: error.type });
    log.warn(`a message of a gateway was refused: ${message}`, { gatewayId, reason: error.type });
    links.send(gatewayId, "error", {
      topic: shown(topic),
      code: ERRORS[error.type].code,
      reason: error.type,
      message,
      ...(payload.length <= limits.mqttPayloadBytes && correlationOf(payload)),
    });
  }
}

function isForTwins(target: Target): target is UpKind {
  return Object.hasOwn(ROUTES, target) && ROUTES[target as UpKind] === "twins";
}

function shown(topic: string): string {
  return topic.length <= SHOWN_TOPIC ? topic : `${topic.slice(0, SHOWN_TOPIC)}...`;
}
