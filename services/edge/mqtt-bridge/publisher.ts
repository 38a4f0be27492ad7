import type { IClientPublishOptions, MqttClient } from "mqtt";
import type { DownMessage } from "../../../actors/contracts/edge.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { Log } from "../../../actors/runtime/ports.ts";
import type { Trace } from "../../../actors/runtime/spans.ts";
import type { Counters } from "../../../mixins/counters.ts";
import type { Spans } from "../../../mixins/traces/traces.ts";
import { publishDown } from "../../../mixins/traces/work.ts";
import { downTopic } from "../ingest/topics.ts";
import { RedialDelay } from "./redial-delay.ts";
import type { BridgeSettings } from "./settings.ts";
import { within } from "./within.ts";

type PublisherOptions = {
  readonly dial: () => MqttClient;
  readonly settings: BridgeSettings;
  readonly counters: Counters;
  readonly log: Log;
  readonly spans?: Spans | undefined;
};

type Entry = { readonly message: DownMessage; readonly ended: (error?: DomainError) => void };

/** All a MQTT client may have without an answer. */
const MAX_IN_FLIGHT = 65_535;

/**
 * What goes to gateways, over a connection of its own: it never waits behind what a slot holds back. The broker
 * says how much may be in flight to it; the rest waits here, up to a bound.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #delay: RedialDelay;
  readonly #inFlight = new Set<Entry>();
  #waiting: Entry[] = [];
  #client: MqttClient | undefined;
  #window = 0;
  #connectTime = 0;
  #problem: string | undefined = "it is not connected yet";
  #redial: NodeJS.Timeout | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#delay = new RedialDelay(options.settings);
  }

  /** Why nothing can be published; undefined when it can. */
  get problem(): string | undefined {
    return this.#problem;
  }

  connect(): void {
    const client = this.#options.dial();
    let problem = "the connection was closed";
    this.#client = client;
    client.on("connect", ({ properties }) => this.#connected(properties?.receiveMaximum));
    client.on("error", ({ message }) => {
      problem = message;
    });
    client.on("close", () => this.#lost(client, problem));
  }

  /** What the broker has not taken in time is given up. */
  async close(): Promise<void> {
    clearTimeout(this.#redial);
    const client = this.#client;
    this.#client = undefined;
    if (client?.connected) await within(this.#options.settings.closeTimeoutMs, client.endAsync());
    client?.stream.destroy();
    this.#fail("the bridge stops");
  }

  /** Resolves when the broker has them all; else rejects with what may pass. */
  async publish(messages: readonly DownMessage[]): Promise<void> {
    const { publishTimeoutMs } = this.#options.settings;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const seconds = publishTimeoutMs / 1000;
    const timer = setTimeout(
      () => reject(new DomainError("DEADLINE_EXCEEDED", { seconds })),
      publishTimeoutMs,
    );
    let open = messages.length;
    const ended = (error?: DomainError) => {
      open -= 1;
      if (error) reject(error);
      else if (open === 0) resolve();
    };
    if (open === 0) resolve();
    for (const message of messages) this.#add({ message, ended });
    await promise.finally(() => clearTimeout(timer));
  }

  /** For what nobody waits for: without a connection it is left out, and the gateway asks again. */
  send(message: DownMessage): void {
    this.#add({ message, ended: (error) => error && this.#leftOut(message, error) });
  }

  #add(entry: Entry): void {
    if (this.#problem !== undefined) return entry.ended(unavailable());
    if (this.#waiting.length >= this.#options.settings.publishesWaiting)
      return entry.ended(new DomainError("OVERLOADED"));
    this.#waiting.push(entry);
    this.#pump();
  }

  #pump(): void {
    const room = this.#window - this.#inFlight.size;
    if (room <= 0 || this.#waiting.length === 0) return;
    for (const entry of this.#waiting.splice(0, room)) this.#publish(entry);
  }

  #publish(entry: Entry): void {
    const { message } = entry;
    const { gatewayId, topic, payload, trace } = message;
    this.#inFlight.add(entry);
    const span = trace ? this.#options.spans?.start(trace, publishDown("mqtt-bridge", message)) : undefined;
    const options = { qos: 1, ...this.#propertiesOf(message, span?.trace ?? trace) } as const;
    this.#client?.publish(downTopic(gatewayId, topic), payload, options, (error) => {
      span?.end(error ? "PUBLISH_REFUSED" : undefined);
      if (!this.#inFlight.delete(entry)) return;
      if (error) this.#refused(gatewayId, error);
      entry.ended();
      this.#pump();
    });
  }

  /** A command says where its answer goes; MQTT 5 has fields of its own for that, and for traces. */
  #propertiesOf(
    { topic, payload }: DownMessage,
    traceparent: Trace | undefined,
  ): Pick<IClientPublishOptions, "properties"> {
    if (this.#client?.options.protocolVersion !== 5) return {};
    const traced = traceparent === undefined ? {} : { userProperties: { traceparent } };
    if (topic !== "command") return { properties: traced };
    const { id, replyTo } = JSON.parse(payload) as { readonly id: string; readonly replyTo: string };
    return { properties: { responseTopic: replyTo, correlationData: Buffer.from(id), ...traced } };
  }

  /** Another try would be refused, too. */
  #refused(gatewayId: string, error: Error): void {
    this.#options.counters.count("gateway_twin.bridge.downlinks.refused.total");
    this.#options.log.warn("the broker refused a message to a gateway", {
      "gateway.id": gatewayId,
      error,
    });
  }

  #leftOut({ gatewayId }: DownMessage, { type, message }: DomainError): void {
    this.#options.counters.count("gateway_twin.bridge.downlinks.left_out.total");
    this.#options.log.warn("a message to a gateway was left out", {
      "gateway.id": gatewayId,
      "error.code": type,
      error: message,
    });
  }

  #connected(receiveMaximum = MAX_IN_FLIGHT): void {
    this.#window = Math.min(receiveMaximum, this.#options.settings.publishesInFlight);
    this.#problem = undefined;
    this.#connectTime = performance.now();
    this.#options.log.info("the bridge can publish to the broker");
  }

  #lost(client: MqttClient, problem: string): void {
    if (client !== this.#client) return;
    const upMs = this.#problem === undefined ? performance.now() - this.#connectTime : 0;
    if (problem !== this.#problem)
      this.#options.log.warn("the bridge cannot publish to the broker", { error: problem });
    this.#fail(problem);
    this.#redial = setTimeout(() => this.connect(), this.#delay.next(upMs));
  }

  #fail(problem: string): void {
    this.#problem = problem;
    this.#window = 0;
    const entries = [...this.#inFlight, ...this.#waiting];
    this.#inFlight.clear();
    this.#waiting = [];
    for (const { ended } of entries) ended(unavailable());
  }
}

function unavailable(): DomainError {
  return new DomainError("SERVICE_UNAVAILABLE", { service: "mqtt broker" });
}
