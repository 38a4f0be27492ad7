import type { PublishPacket } from "aedes";
import type { GatewayClient } from "./aedes-internals.ts";

const PUBACK = 0x40;
const BYTES = 4;

/**
 * Writes a connection's PUBACKs itself, all that one commit released in one piece. aedes would take two pieces and
 * a further turn of the event loop for each message; writes are the largest single cost under load.
 */
export class Pubacks {
  readonly #client: GatewayClient;
  #messageIds: number[] = [];
  #waiting: (() => void)[] = [];

  constructor(client: GatewayClient) {
    this.#client = client;
  }

  /** Calls `done` when the connection may go on; aedes then has nothing left to acknowledge. */
  add(packet: PublishPacket, done: () => void): void {
    const { messageId, qos } = packet;
    if (qos !== 1 || messageId === undefined || this.#client.closed) return done();
    packet.qos = 0;
    if (this.#messageIds.length === 0) queueMicrotask(() => this.#write());
    this.#messageIds.push(messageId);
    this.#waiting.push(done);
  }

  #write(): void {
    const bytes = Buffer.allocUnsafe(this.#messageIds.length * BYTES);
    for (const [index, messageId] of this.#messageIds.entries()) {
      bytes[index * BYTES] = PUBACK;
      bytes[index * BYTES + 1] = 2;
      bytes.writeUInt16BE(messageId, index * BYTES + 2);
    }
    const waiting = this.#waiting;
    this.#messageIds = [];
    this.#waiting = [];
    const goOn = () => {
      for (const done of waiting) done();
    };
    if (this.#client.conn.write(bytes)) goOn();
    else this.#client.waitForDrain(goOn);
  }
}
