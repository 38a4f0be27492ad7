import type { EventEmitter } from "node:events";
import type { Server, Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { JsonValue } from "../../../actors/contracts/json.ts";
import type { Limits } from "../../../actors/contracts/limits.ts";
import type { Clock, Log } from "../../../actors/runtime/ports.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { Authenticator, type AuthenticatorOptions } from "./authenticator.ts";
import { BufferedCounters } from "./buffered-counters.ts";
import { Connections } from "./connections.ts";
import { GatewayBroker } from "./gateway-broker.ts";
import { IngestBatcher, type SendBatch } from "./ingest-batcher.ts";
import { LimitedLog } from "./limited-log.ts";
import { Links } from "./links.ts";
import { type Address, listen } from "./listener.ts";
import { Readers } from "./readers.ts";
import { type SessionHooks, sessionHooks } from "./sessions.ts";
import type { FrontSettings } from "./settings.ts";
import { Upstream } from "./upstream.ts";

type FrontOptions = Pick<AuthenticatorOptions, "passwordHash" | "verify" | "dummyHash"> & {
  readonly address: Address;
  readonly limits: Limits;
  readonly settings: FrontSettings;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
  readonly ingest: SendBatch;
};

/** An announced length above this many payload limits is not even read. */
const PACKET_FACTOR = 4;
const HOUSEKEEPING_MS = 1000;

/** The listener and everything behind it. */
export class Front {
  readonly #options: FrontOptions;
  readonly #counters: BufferedCounters;
  readonly #warnings: LimitedLog;
  readonly #links: Links;
  readonly #authenticator: Authenticator;
  readonly #batcher: IngestBatcher;
  readonly #readers: Readers;
  readonly #broker: GatewayBroker;
  readonly #connections: Connections;
  #server: Server | undefined;
  #housekeeping: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(options: FrontOptions) {
    const { settings, limits, clock, log } = options;
    this.#options = options;
    this.#counters = new BufferedCounters(options.counters);
    this.#warnings = new LimitedLog(log, clock);
    this.#links = new Links(this.#counters);
    this.#authenticator = new Authenticator(options);
    this.#batcher = this.#newBatcher();
    this.#readers = this.#newReaders();
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
    const accept = (socket: Socket) => this.#connections.accept(socket);
    try {
      this.#server = await listen(this.#options.address, accept, (error) => this.#logError(error));
    } catch (error) {
      await this.#closeBroker();
      throw error;
    }
    this.#housekeeping = setInterval(() => this.#keepHouse(), HOUSEKEEPING_MS).unref();
  }

  /** Gateways send again what has no PUBACK by the end. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const serverClosed = this.#closeServer();
    await Promise.race([
      this.#batcher.close(),
      sleep(this.#options.settings.stopTimeoutMs, undefined, { ref: false }),
    ]);
    // The last acknowledgements are written in the next turn.
    await nextTurn();
    await nextTurn();
    this.#connections.closeAll();
    await this.#closeBroker();
    await serverClosed;
    clearInterval(this.#housekeeping);
    this.#keepHouse();
  }

  /** To the gateway, when it is connected here. */
  send(gatewayId: string, topic: string, payload: JsonValue): void {
    this.#links.send(gatewayId, topic, payload);
  }

  /** The gateway's password is another one now, or the gateway is gone. */
  revoke(gatewayId: string): void {
    this.#authenticator.revoke(gatewayId);
    this.#links.closeGateway(gatewayId);
  }

  #newBatcher(): IngestBatcher {
    return new IngestBatcher({
      send: this.#options.ingest,
      settings: this.#options.settings,
      onRetry: (reason, messages, error) => {
        this.#counters.count("gateway_twin.edge.retries.total", { reason }, messages);
        if (error) this.#warnings.warn("a batch could not be handed on; it is tried again", { error });
      },
      onRoom: () => this.#readers.resume(),
    });
  }

  #newReaders(): Readers {
    const { pendingPackets, pendingBytes } = this.#options.settings;
    const hasRoom = (bytes = 0) => !this.#isStopping && !this.#batcher.isFull && bytes < pendingBytes;
    return new Readers({
      maxPending: pendingPackets,
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
    const emitter: EventEmitter = broker;
    emitter.on("error", (error) => this.#logError(error));
    return broker;
  }

  #hooks(): SessionHooks {
    const parts = { links: this.#links, batcher: this.#batcher, counters: this.#counters };
    const { settings, limits } = this.#options;
    const upstream = new Upstream({ ...parts, limits, log: this.#warnings });
    return sessionHooks({
      ...parts,
      settings,
      authenticator: this.#authenticator,
      // When we end it is no word of the gateways: their wills are not for it.
      receive: (link, packet, release) => {
        if (!this.#isStopping) upstream.receive(link, packet, release);
      },
    });
  }

  #keepHouse(): void {
    this.#readers.sweep();
    this.#counters.gauge("gateway_twin.edge.connections.open", this.#links.size);
    this.#counters.gauge("gateway_twin.edge.messages.waiting", this.#batcher.waiting);
    this.#counters.flush();
  }

  #logError(error: Error): void {
    this.#options.log.error(`the MQTT front had a problem: ${error.message}`);
  }

  #closeServer(): Promise<void> {
    return new Promise((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()));
  }

  #closeBroker(): Promise<void> {
    return new Promise((resolve) => this.#broker.close(resolve));
  }
}
