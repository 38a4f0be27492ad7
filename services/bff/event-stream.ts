import type { ServerResponse } from "node:http";

/** Above this a client is taken to be too slow for what comes as it comes. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** What the client shall wait before it connects again. */
const RETRY_MS = 2000;

/** Server-sent events to one client. */
export class EventStream {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.writeHead(200, {
      "Content-Type": "text/event-stream; charset=utf-8",
      "X-Accel-Buffering": "no",
    });
    response.write(`retry: ${RETRY_MS}\n\n`);
  }

  get isOpen(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  get isClogged(): boolean {
    return this.#response.writableLength > MAX_BUFFERED_BYTES;
  }

  write(text: string): void {
    if (this.isOpen) this.#response.write(text);
  }

  /** Resolves when the client has taken what was written, or is gone. */
  async drained(): Promise<void> {
    if (!this.isOpen || !this.#response.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#response.off("drain", done).off("close", done);
        resolve();
      };
      this.#response.on("drain", done).on("close", done);
    });
  }

  onClose(listener: () => void): void {
    this.#response.once("close", listener);
  }

  end(): void {
    if (this.isOpen) this.#response.end(`retry: ${RETRY_MS}\n\n`);
  }
}

/** Without its id; the text is one line for each field, whatever is in it. */
export function eventText(type: string, value: unknown): string {
  return `event: ${type.replace(/[\r\n\0]/g, " ")}\ndata: ${JSON.stringify(value)}\n\n`;
}
