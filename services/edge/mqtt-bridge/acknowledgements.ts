import { InOrder, type Turn } from "../ingest/in-order.ts";

const PUBACK = 0x40;
const BYTES = 4;

type AcknowledgementsOptions = {
  readonly write: (bytes: Buffer) => void;
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** There is room again after `isFull`. */
  readonly onRoom: () => void;
};

/**
 * What one connection has received and not acknowledged. PUBACKs go out in the order of arrival, all that became
 * due in one turn in one piece.
 */
export class Acknowledgements {
  readonly #options: AcknowledgementsOptions;
  readonly #order = new InOrder();
  #due: number[] = [];
  #messages = 0;
  #isFull = false;

  constructor(options: AcknowledgementsOptions) {
    this.#options = options;
  }

  get messages(): number {
    return this.#messages;
  }

  /** Nothing more should be read before `onRoom`. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Without a message id (QoS 0) there is nothing to write, but it counts all the same. */
  add(messageId: number | undefined, bytes: number): Turn {
    const { maxMessages, maxBytes } = this.#options;
    this.#messages += 1;
    const turn = this.#order.add(bytes, () => this.#release(messageId));
    this.#isFull ||= this.#messages >= maxMessages || this.#order.bytes >= maxBytes;
    return turn;
  }

  done(turn: Turn): void {
    this.#order.done(turn);
    const { maxMessages, maxBytes } = this.#options;
    if (!this.#isFull || this.#messages > maxMessages * 0.9 || this.#order.bytes > maxBytes * 0.9) return;
    this.#isFull = false;
    this.#options.onRoom();
  }

  #release(messageId: number | undefined): void {
    this.#messages -= 1;
    if (messageId === undefined) return;
    if (this.#due.length === 0) queueMicrotask(() => this.#write());
    this.#due.push(messageId);
  }

  #write(): void {
    const bytes = Buffer.allocUnsafe(this.#due.length * BYTES);
    for (const [index, messageId] of this.#due.entries()) {
      bytes[index * BYTES] = PUBACK;
      bytes[index * BYTES + 1] = 2;
      bytes.writeUInt16BE(messageId, index * BYTES + 2);
    }
    this.#due = [];
    this.#options.write(bytes);
  }
}
