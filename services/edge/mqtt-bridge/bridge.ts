import type { DownMessage } from "../../../actors/contracts/edge.ts";
import type { Limits } from "../../../actors/contracts/limits.ts";
import type { PartitionHolder } from "../../../actors/runtime/holder.ts";
import type { ClaimedPartition, Clock, Log, PartitionRef } from "../../../actors/runtime/ports.ts";
import type { Counters, Metrics } from "../../../mixins/counters.ts";
import { Acknowledged } from "../../../mixins/metrics/acknowledged.ts";
import type { Spans } from "../../../mixins/traces/traces.ts";
import { AnswerQueue } from "../answers/answer-queue.ts";
import type { CommandWay } from "../answers/command-routes.ts";
import { BufferedCounters } from "../ingest/buffered-counters.ts";
import { IngestBatcher, type SendBatch } from "../ingest/ingest-batcher.ts";
import type { TwinRoutes } from "../ingest/twin-routes.ts";
import type { PresenceRoutes } from "../signals/presence-routes.ts";
import { type SendSignals, SignalQueue } from "../signals/signal-queue.ts";
import { Dialer, type MqttVersion } from "./dialer.ts";
import { Heard } from "./heard.ts";
import { KnownGateways } from "./known-gateways.ts";
import { Publisher } from "./publisher.ts";
import type { BridgeSettings } from "./settings.ts";
import { Slot } from "./slot.ts";
import { Upstream } from "./upstream.ts";
import { within } from "./within.ts";

export type BridgeOptions = {
  /** Of the broker: `mqtt://` or `mqtts://`, with `user:password@` where it wants it. */
  readonly url: string;
  readonly protocolVersion: MqttVersion | "auto";
  /** Before all client ids and the name of the shared subscription, so that installations can share a broker. */
  readonly prefix: string;
  /** Fixed at install: the broker goes on to give a slot's share to its session, whether anybody holds it or not. */
  readonly slots: number;
  readonly nodeId: string;
  readonly limits: Limits;
  readonly settings: BridgeSettings;
  readonly clock: Clock;
  readonly counters: Counters & Partial<Metrics>;
  readonly log: Log;
  readonly routes: Pick<TwinRoutes, "ownerOf" | "learn">;
  readonly ingest: SendBatch;
  readonly presence: Pick<PresenceRoutes, "ownerOf" | "learn">;
  readonly signal: SendSignals;
  /** Undefined where nobody takes answers to commands. */
  readonly commands?: CommandWay | undefined;
  /** Is the gateway registered? Rejects when the registry cannot tell now. */
  readonly exists: (gatewayId: string) => Promise<boolean>;
  readonly spans?: Spans | undefined;
};

const HOUSEKEEPING_MS = 1000;
/** What may stand in a client id and in the name of a shared subscription. */
const PREFIX = /^[A-Za-z0-9_.-]{0,64}$/;

/** Consumes an external broker through the slots that this node holds, and publishes to it. */
export class Bridge implements PartitionHolder {
  readonly typeName = "bridge-slot";
  readonly partitionCount: number;
  readonly #options: BridgeOptions;
  readonly #counters: BufferedCounters;
  readonly #dialer: Dialer;
  readonly #gateways: KnownGateways;
  readonly #batcher: IngestBatcher;
  readonly #signals: SignalQueue;
  readonly #answers: AnswerQueue | undefined;
  readonly #publisher: Publisher;
  readonly #upstream: Upstream;
  readonly #slots = new Map<number, Slot>();
  #housekeeping: NodeJS.Timeout | undefined;

  /** Throws when the URL or the prefix cannot be. */
  constructor(options: BridgeOptions) {
    const { prefix, settings, slots } = options;
    if (!PREFIX.test(prefix)) throw new Error(`the bridge's prefix '${prefix}' does not match ${PREFIX}`);
    this.#options = options;
    this.partitionCount = slots;
    this.#counters = new BufferedCounters(options.counters);
    this.#dialer = new Dialer({ ...options, ...settings });
    this.#gateways = this.#newGateways();
    this.#batcher = this.#newBatcher();
    this.#signals = this.#newSignals();
    this.#answers = this.#newAnswers();
    this.#publisher = this.#newPublisher();
    this.#upstream = new Upstream({
      limits: options.limits,
      gateways: this.#gateways,
      batcher: this.#batcher,
      answers: this.#answers,
      heard: new Heard({ signals: this.#signals, settings }),
      publisher: this.#publisher,
      acknowledged: new Acknowledged(options.counters, "gateway_twin.bridge"),
      counters: this.#counters,
      log: this.#options.log,
    });
  }

  get partitions(): Iterable<PartitionRef> {
    return [...this.#slots.values()].map(({ ref }) => ref);
  }

  /** What does not work now. The node is as ready as before: nothing comes to it by the broker, that is all. */
  get problems(): string[] {
    const { problem } = this.#publisher;
    const slots = [...this.#slots.values()].filter((slot) => slot.problem !== undefined);
    return [
      ...(problem === undefined ? [] : [`bridge, to gateways: ${problem}`]),
      ...slots.map((slot) => `bridge slot ${slot.ref.partition}: ${slot.problem}`),
    ];
  }

  /** Messages read from the broker that it does not know to be taken. */
  get unacknowledged(): number {
    return [...this.#slots.values()].reduce((sum, slot) => sum + slot.unacknowledged, 0);
  }

  start(): void {
    this.#publisher.connect();
    this.#housekeeping = setInterval(() => this.#keepHouse(), HOUSEKEEPING_MS).unref();
  }

  /** After the slots were given back. */
  async stop(): Promise<void> {
    for (const { partition } of this.partitions) this.drop(partition);
    const { drainTimeoutMs } = this.#options.settings;
    await within(drainTimeoutMs, Promise.all([this.#batcher.close(), this.#answers?.close()]));
    await this.#signals.close();
    await this.#publisher.close();
    this.#gateways.close();
    clearInterval(this.#housekeeping);
    this.#keepHouse();
  }

  /** Does not wait for the broker: a slot that is held keeps trying to connect. */
  async adopt(claimed: ClaimedPartition): Promise<void> {
    this.drop(claimed.partition);
    const { prefix, settings, log } = this.#options;
    const slot = new Slot(claimed, {
      dial: (clientId) => this.#dialer.dial({ ...this.#session, clientId }),
      prefix,
      settings,
      counters: this.#counters,
      log,
      receive: (arrival) => this.#upstream.receive(arrival),
      mayRead: () => !this.#batcher.isFull && !this.#answers?.isFull,
      onLost: () => this.#upstream.forgetDropped(),
    });
    this.#slots.set(claimed.partition, slot);
    slot.connect();
  }

  async surrender(partition: number): Promise<void> {
    const slot = this.#slots.get(partition);
    await slot?.surrender();
    if (slot === this.#slots.get(partition)) this.#slots.delete(partition);
  }

  drop(partition: number): void {
    this.#slots.get(partition)?.drop();
    this.#slots.delete(partition);
  }

  /** Resolves when the broker has them. */
  deliver(messages: readonly DownMessage[]): Promise<void> {
    return this.#publisher.publish(messages);
  }

  /** For what nobody waits for. */
  send(messages: readonly DownMessage[]): void {
    for (const message of messages) this.#publisher.send(message);
  }

  /** The gateway is new, gone, or another one now. */
  forget(gatewayId: string): void {
    this.#gateways.forget(gatewayId);
  }

  /** The owners of some gateways have changed. */
  rerouted(): void {
    this.#batcher.wake();
  }

  /** The same for their presence. */
  presenceRerouted(): void {
    this.#signals.wake();
  }

  /** The same for their commands. */
  commandsRerouted(): void {
    this.#answers?.wake();
  }

  get #session() {
    const { sessionExpirySeconds, unacknowledgedMessages } = this.#options.settings;
    return { sessionExpirySeconds, receiveMaximum: unacknowledgedMessages };
  }

  #newGateways(): KnownGateways {
    const { settings, clock, exists } = this.#options;
    return new KnownGateways({
      settings,
      clock,
      exists,
      onFailed: (error) => {
        this.#counters.count("gateway_twin.bridge.lookups.failed.total");
        this.#options.log.warn("the registry did not say whether a gateway exists; it is asked again", {
          error,
        });
      },
    });
  }

  #newBatcher(): IngestBatcher {
    const { routes, ingest, settings } = this.#options;
    return new IngestBatcher({
      ownerOf: routes.ownerOf,
      learn: routes.learn,
      send: ingest,
      settings,
      onRetry: (reason, messages, error) => {
        this.#counters.count("gateway_twin.bridge.retries.total", { reason }, messages);
        if (error) this.#options.log.warn("a batch could not be handed on; it is tried again", { error });
      },
      onRoom: () => this.#resume(),
    });
  }

  #newAnswers(): AnswerQueue | undefined {
    const { commands, settings } = this.#options;
    if (!commands) return undefined;
    return new AnswerQueue({
      ...commands,
      settings,
      area: "gateway_twin.bridge",
      counters: this.#counters,
      log: this.#options.log,
      onRoom: () => this.#resume(),
    });
  }

  #resume(): void {
    for (const slot of this.#slots.values()) slot.resume();
  }

  #newSignals(): SignalQueue {
    const { presence, signal, settings } = this.#options;
    return new SignalQueue({
      routes: presence,
      send: signal,
      settings: settings.signals,
      area: "gateway_twin.bridge",
      counters: this.#counters,
      log: this.#options.log,
    });
  }

  #newPublisher(): Publisher {
    const { prefix, nodeId, settings, log, spans } = this.#options;
    return new Publisher({
      spans,
      dial: () => this.#dialer.dial({ clientId: `${prefix}pub-${nodeId}` }),
      settings,
      counters: this.#counters,
      log,
    });
  }

  #keepHouse(): void {
    const slots = [...this.#slots.values()];
    const connected = slots.filter(({ problem }) => problem === undefined).length;
    this.#counters.gauge("gateway_twin.bridge.slots.held", slots.length);
    this.#counters.gauge("gateway_twin.bridge.slots.connected", connected);
    this.#counters.gauge("gateway_twin.bridge.messages.unacknowledged", this.unacknowledged);
    const { waitingMessages } = this.#options.settings;
    this.#counters.gauge("gateway_twin.bridge.messages.waiting", this.#batcher.waiting);
    this.#counters.gauge("gateway_twin.bridge.messages.waiting.limit", waitingMessages);
    this.#counters.gauge("gateway_twin.bridge.signals.waiting", this.#signals.waiting);
    this.#counters.gauge("gateway_twin.bridge.answers.waiting", this.#answers?.waiting ?? 0);
    this.#counters.flush();
  }
}
