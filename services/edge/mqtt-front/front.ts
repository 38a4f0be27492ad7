import type { EventEmitter } from "node:events";
import type { Server } from "node:net";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { DownMessage } from "../../../actors/contracts/edge.ts";
import { Acknowledged } from "../../../mixins/metrics/acknowledged.ts";
import { publishDown } from "../../../mixins/traces/work.ts";
import { AnswerQueue } from "../answers/answer-queue.ts";
import { BufferedCounters } from "../ingest/buffered-counters.ts";
import { IngestBatcher } from "../ingest/ingest-batcher.ts";
import { OpenSessions } from "../signals/open-sessions.ts";
import { SignalQueue } from "../signals/signal-queue.ts";
import { type GatewayClient, withInternals } from "./aedes-internals.ts";
import { Announcer, type ConnectedClient } from "./announcer.ts";
import { Authenticator } from "./authenticator.ts";
import { Connections } from "./connections.ts";
import type { FrontOptions } from "./front-options.ts";
import { GatewayBroker } from "./gateway-broker.ts";
import type { Link } from "./link.ts";
import { Links } from "./links.ts";
import { listen } from "./listener.ts";
import { Readers } from "./readers.ts";
import { type SessionHooks, sessionHooks } from "./sessions.ts";
import { Upstream } from "./upstream.ts";

/** An announced length above this many payload limits is not even read. */
const PACKET_FACTOR = 4;
const HOUSEKEEPING_MS = 1000;

/** The listener and everything behind it. */
export class Front {
  readonly #options: FrontOptions;
  readonly #counters: BufferedCounters;
  readonly #links: Links;
  readonly #authenticator: Authenticator;
  readonly #batcher: IngestBatcher;
  readonly #signals: SignalQueue;
  readonly #answers: AnswerQueue | undefined;
  readonly #sessions: OpenSessions;
  readonly #readers: Readers;
  readonly #broker: GatewayBroker;
  readonly #connections: Connections;
  readonly #announcer: Announcer | null;
  #server: Server | undefined;
  #housekeeping: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(options: FrontOptions) {
    const { settings, limits, clock } = options;
    this.#options = options;
    this.#counters = new BufferedCounters(options.counters);
    this.#links = new Links(this.#counters);
    this.#authenticator = new Authenticator(options);
    this.#batcher = this.#newBatcher();
    this.#signals = this.#newSignals();
    this.#answers = this.#newAnswers();
    this.#sessions = new OpenSessions(this.#signals);
    this.#readers = this.#newReaders();
    this.#announcer = options.announce && new Announcer(options.announce);
    this.#broker = this.#newBroker();
    this.#connections = new Connections({
      broker: this.#broker,
      readers: this.#readers,
      settings,
      maxPacketBytes: PACKET_FACTOR * limits.mqttPayloadBytes,
      clock,
      counters: this.#counters,
    });
  }

  async start(): Promise<void> {
    await this.#broker.listen();
    const onError = (error: Error) => this.#logError(error);
    try {
      this.#server = await listen(this.#options.address, this.#connections, onError);
    } catch (error) {
      await this.#closeBroker();
      throw error;
    }
    this.#sessions.start();
    this.#housekeeping = setInterval(() => this.#keepHouse(), HOUSEKEEPING_MS).unref();
  }

  /** Gateways send again what has no PUBACK by the end. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#announcer?.stop();
    const serverClosed = this.#closeServer();
    await Promise.race([
      Promise.all([this.#batcher.close(), this.#answers?.close()]),
      sleep(this.#options.settings.stopTimeoutMs, undefined, { ref: false }),
    ]);
    // The last acknowledgements are written in the next turn.
    await nextTurn();
    await nextTurn();
    for (const link of this.#links) this.#closed(link);
    this.#connections.closeAll();
    await this.#closeBroker();
    await serverClosed;
    this.#sessions.stop();
    await this.#signals.close();
    clearInterval(this.#housekeeping);
    this.#keepHouse();
  }

  /** Returns which of them, by index, are for gateways that are not connected here. */
  deliver(messages: readonly DownMessage[]): number[] {
    const missing: number[] = [];
    for (const [index, message] of messages.entries()) {
      const { gatewayId, topic, payload, trace } = message;
      const span = trace && this.#options.spans?.start(trace, publishDown("mqtt-front", message));
      if (!this.#links.send(gatewayId, topic, payload)) missing.push(index);
      else if (span) span.end();
    }
    return missing;
  }

  /** Those of them that are connected here, too, have gone there. */
  connectedAt(nodeId: string, clients: readonly ConnectedClient[]): void {
    if (nodeId === this.#options.nodeId) return;
    const now = performance.now();
    for (const { gatewayId, clientId, ageMs } of clients)
      this.#links.closeOlder(gatewayId, clientId, now - ageMs);
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

  /** The gateway's password is another one now, or the gateway is gone. */
  revoke(gatewayId: string): void {
    this.#authenticator.revoke(gatewayId);
    this.#links.closeGateway(gatewayId);
  }

  #newBatcher(): IngestBatcher {
    const { ownerOf, learn, ingest, settings } = this.#options;
    return new IngestBatcher({
      ownerOf,
      learn,
      send: ingest,
      settings,
      onRetry: (reason, messages, error) => {
        this.#counters.count("gateway_twin.edge.retries.total", { reason }, messages);
        if (error) this.#options.log.warn("a batch could not be handed on; it is tried again", { error });
      },
      onRoom: () => this.#readers.resume(),
    });
  }

  #newSignals(): SignalQueue {
    const { presence, signal, settings } = this.#options;
    return new SignalQueue({
      routes: presence,
      send: signal,
      settings: settings.signals,
      area: "gateway_twin.edge",
      counters: this.#counters,
      log: this.#options.log,
    });
  }

  #newAnswers(): AnswerQueue | undefined {
    const { commands, settings } = this.#options;
    if (!commands) return undefined;
    return new AnswerQueue({
      ...commands,
      settings,
      area: "gateway_twin.edge",
      counters: this.#counters,
      log: this.#options.log,
      onRoom: () => this.#readers.resume(),
    });
  }

  #newReaders(): Readers {
    const { pendingPackets, pendingBytes } = this.#options.settings;
    const isFull = () => this.#isStopping || this.#batcher.isFull || this.#answers?.isFull;
    const hasRoom = (bytes = 0) => !isFull() && bytes < pendingBytes;
    return new Readers({
      // The fuller it is, the less may each connection have waiting: those whose owner does not answer are stopped
      // before they have taken all the room from the others.
      maxPending: () => Math.ceil(pendingPackets * (1 - this.#batcher.load)),
      mayRead: ({ link }) => hasRoom(link?.acknowledgements.bytes),
    });
  }

  #newBroker(): GatewayBroker {
    const { settings } = this.#options;
    const broker = new GatewayBroker({
      ...this.#hooks(),
      connectTimeout: settings.connectTimeoutMs,
      drainTimeout: settings.drainTimeoutMs,
      // Namespaced client ids are longer than MQTT 3.1 allows.
      maxClientsIdLength: Number.MAX_SAFE_INTEGER,
    });
    const reason = "keep_alive";
    broker.on("keepaliveTimeout", () =>
      this.#counters.count("gateway_twin.edge.connections.closed.total", { reason }),
    );
    broker.on("client", (client) => this.#registered(withInternals(client)));
    broker.on("clientReady", (client) => this.#ready(withInternals(client)));
    broker.on("unsubscribe", (filters, client) => {
      for (const filter of filters) withInternals(client).link?.unsubscribe(filter);
    });
    const emitter: EventEmitter = broker;
    emitter.on("error", (error) => this.#logError(error));
    return broker;
  }

  #hooks(): SessionHooks {
    const parts = { links: this.#links, batcher: this.#batcher, counters: this.#counters };
    const { settings, limits, nodeId } = this.#options;
    const acknowledged = new Acknowledged(this.#options.counters, "gateway_twin.edge");
    const queues = { signals: this.#signals, answers: this.#answers };
    const upstream = new Upstream({ ...parts, ...queues, acknowledged, limits, log: this.#options.log });
    return sessionHooks({
      ...parts,
      settings,
      nodeId,
      onClosed: (link) => this.#closed(link),
      authenticator: this.#authenticator,
      // When we end it is no word of the gateways: their wills are not for it.
      receive: (link, packet, release) => {
        if (!this.#isStopping) upstream.receive(link, packet, release);
      },
    });
  }

  #registered({ link }: GatewayClient): void {
    if (link) this.#links.replacedBy(link);
  }

  #ready({ link }: GatewayClient): void {
    if (!link) return;
    if (!link.isClosed) this.#sessions.open(link.session);
    this.#announcer?.add(link);
  }

  /** Whatever ends while we stop may well be our doing. */
  #closed(link: Link): void {
    this.#answers?.purge(link.gatewayId);
    this.#sessions.end(link.session, link.closeReason(this.#isStopping ? "stopped" : "lost"));
  }

  #keepHouse(): void {
    this.#readers.sweep();
    const gauges = {
      "connections.open": this.#links.size,
      "messages.waiting": this.#batcher.waiting,
      "messages.waiting.limit": this.#options.settings.waitingMessages,
      "signals.waiting": this.#signals.waiting,
      "answers.waiting": this.#answers?.waiting ?? 0,
    };
    for (const [name, value] of Object.entries(gauges))
      this.#counters.gauge(`gateway_twin.edge.${name}`, value);
    this.#counters.flush();
  }

  #logError(error: Error): void {
    this.#options.log.error("the MQTT front had a problem", { error });
  }

  #closeServer(): Promise<void> {
    return new Promise((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()));
  }

  #closeBroker(): Promise<void> {
    return new Promise((resolve) => this.#broker.close(resolve));
  }
}
