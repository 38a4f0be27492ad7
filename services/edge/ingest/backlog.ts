import type { IngestSettings } from "./settings.ts";

/** Counts what waits for its outcome, against its bounds. */
export class Backlog {
  readonly #settings: Pick<IngestSettings, "waitingMessages" | "waitingBytes">;
  readonly #onRoom: () => void;
  #messages = 0;
  #bytes = 0;
  #isFull = false;

  constructor(settings: Pick<IngestSettings, "waitingMessages" | "waitingBytes">, onRoom: () => void) {
    this.#settings = settings;
    this.#onRoom = onRoom;
  }

  get messages(): number {
    return this.#messages;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** How full it is: 0 is empty, 1 is full. */
  get share(): number {
    const { waitingMessages, waitingBytes } = this.#settings;
    return Math.max(this.#messages / waitingMessages, this.#bytes / waitingBytes);
  }

  add(bytes: number): void {
    this.#messages += 1;
    this.#bytes += bytes;
    this.#isFull ||= this.share >= 1;
  }

  /** Room is told only when a tenth is free, so that the readers do not start and stop with each message. */
  remove(messages: number, bytes: number): void {
    this.#messages -= messages;
    this.#bytes -= bytes;
    if (!this.#isFull || this.share > 0.9) return;
    this.#isFull = false;
    this.#onRoom();
  }
}
