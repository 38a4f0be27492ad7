import type { GatewayClient } from "./aedes-internals.ts";

type IntakeOptions = {
  /** Packets that are being worked on at the same time. */
  readonly maxPending: () => number;
  readonly mayRead: () => boolean;
  /** Bytes are there and cannot be read now. */
  readonly onStalled: () => void;
};

/**
 * Reads a connection in place of aedes, which bounds nothing when a client sends packet by packet (each arrival
 * lets it read on), starts parsing within parsing when a packet is done at once, and may let packets sent before
 * CONNACK be overtaken. Here a socket is read only while few of its packets are being worked on.
 */
export class Intake {
  readonly #client: GatewayClient;
  readonly #options: IntakeOptions;
  #pending = 0;
  #hasBytes = false;
  #isParsing = false;

  constructor(client: GatewayClient, options: IntakeOptions) {
    this.#client = client;
    this.#options = options;
    const { conn, _parser: parser } = client;
    conn.removeListener("readable", client._nextBatch);
    conn.on("readable", () => this.#arrived());
    parser.prependListener("packet", () => {
      this.#pending += 1;
    });
    // To aedes 1 means "this is the first packet"; otherwise the number plays no part any more.
    client._parsingBatch = 0;
    client._nextBatch = (error) => this.#packetDone(error);
    client.once("connected", () => this.read());
  }

  get isStalled(): boolean {
    return this.#hasBytes && !this.#client.connecting;
  }

  read(): void {
    if (this.#isParsing) return;
    this.#isParsing = true;
    while (this.#hasBytes && this.#isReady()) this.#parseNext();
    this.#isParsing = false;
    if (this.isStalled && !this.#client.closed) this.#options.onStalled();
  }

  #arrived(): void {
    this.#hasBytes = true;
    this.read();
  }

  #packetDone(error?: Error | null): void {
    this.#pending = Math.max(0, this.#pending - 1);
    if (error) this.#client.emit("error", error);
    else if (this.#hasBytes) this.read();
  }

  #parseNext(): void {
    this.#hasBytes = false;
    const { conn, link, _parser: parser } = this.#client;
    const chunk: Buffer | null = conn.read();
    if (!chunk) return;
    // Whatever packets these are, PINGREQ among them: the gateway lives.
    if (link) link.session.lastSeen = performance.now();
    parser.parse(chunk);
  }

  #isReady(): boolean {
    const { closed, connecting, _paused } = this.#client;
    const isBusy = closed || connecting || _paused || this.#pending >= this.#options.maxPending();
    return !isBusy && this.#options.mayRead();
  }
}
