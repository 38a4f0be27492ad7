export const CONNACK = 2;
export const PUBLISH = 3;
export const PUBACK = 4;
export const SUBACK = 9;

const HEADER = 0;
const LENGTH = 1;
const BODY = 2;

/** Reads the MQTT packet stream of one connection and reports each packet's type and first two body bytes. */
export class PacketScanner {
  readonly #onPacket: (type: number, value: number) => void;
  #phase = HEADER;
  #type = 0;
  #remaining = 0;
  #shift = 0;
  #value = 0;
  #taken = 0;

  constructor(onPacket: (type: number, value: number) => void) {
    this.#onPacket = onPacket;
  }

  push(chunk: Uint8Array, length: number): void {
    let at = 0;
    while (at < length) {
      const byte = chunk[at] ?? 0;
      if (this.#phase === BODY) at += this.#body(byte, length - at);
      else {
        if (this.#phase === HEADER) this.#header(byte);
        else this.#lengthByte(byte);
        at++;
      }
    }
  }

  #header(byte: number): void {
    this.#type = byte >> 4;
    this.#remaining = 0;
    this.#shift = 0;
    this.#value = 0;
    this.#taken = 0;
    this.#phase = LENGTH;
  }

  #lengthByte(byte: number): void {
    this.#remaining |= (byte & 127) << this.#shift;
    this.#shift += 7;
    if (byte > 127) return;
    this.#phase = BODY;
    if (this.#remaining === 0) this.#finish();
  }

  #body(byte: number, available: number): number {
    const used = this.#taken < 2 ? 1 : Math.min(this.#remaining, available);
    if (this.#taken < 2) this.#value = (this.#value << 8) | byte;
    this.#taken += used;
    this.#remaining -= used;
    if (this.#remaining === 0) this.#finish();
    return used;
  }

  #finish(): void {
    this.#phase = HEADER;
    this.#onPacket(this.#type, this.#value);
  }
}
