import type { Socket } from "node:net";
import type { Aedes } from "aedes";
import type { Clock } from "../../../actors/runtime/ports.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { type GatewayClient, limitPackets, withInternals } from "./aedes-internals.ts";
import type { Readers } from "./readers.ts";
import type { FrontSettings } from "./settings.ts";
import { TokenBucket } from "./token-bucket.ts";

type ConnectionsOptions = {
  readonly broker: Aedes;
  readonly readers: Readers;
  readonly settings: FrontSettings;
  readonly maxPacketBytes: number;
  readonly clock: Clock;
  readonly counters: Counters;
};

/** Room for a CONNECT with a will; more is buffered for nobody who has not shown who he is. */
const MAX_CONNECT_BYTES = 96 * 1024;

/** Every open connection, known or not. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #clients = new Set<GatewayClient>();
  /**
   * Per process: behind NAT or a balancer one address stands for thousands of gateways, and many addresses are
   * cheap for who means harm.
   */
  readonly #bucket: TokenBucket;

  constructor(options: ConnectionsOptions) {
    const { connectionsPerSecond, connectionBurst } = options.settings;
    this.#options = options;
    this.#bucket = new TokenBucket(connectionsPerSecond, connectionBurst, options.clock);
  }

  get handshakeMs(): number {
    return this.#options.settings.connectTimeoutMs;
  }

  /** False when too many come in a short time. */
  admit(): boolean {
    const isAdmitted = this.#bucket.take();
    if (!isAdmitted) this.#refused("rate");
    return isAdmitted;
  }

  /** TLS has failed, or a certificate was shown that nobody we trust has signed. */
  insecure(): void {
    this.#refused("tls");
  }

  accept(socket: Socket): void {
    const client = withInternals(this.#options.broker.handle(socket));
    this.#limit(client);
    this.#options.readers.attach(client);
    this.#clients.add(client);
    socket.once("close", () => this.#clients.delete(client));
  }

  closeAll(): void {
    for (const client of this.#clients) client.close();
  }

  #refused(reason: "rate" | "tls"): void {
    this.#options.counters.count("gateway_twin.edge.connections.refused.total", { reason });
  }

  #limit(client: GatewayClient): void {
    const { maxPacketBytes, counters } = this.#options;
    const limit = () => (client.connecting || client.connected ? maxPacketBytes : MAX_CONNECT_BYTES);
    limitPackets(client, limit, () =>
      counters.count("gateway_twin.edge.connections.closed.total", { reason: "packet_too_large" }),
    );
  }
}
