import { connect, type JsMsg } from "nats";
import type { DeliveredRow } from "../../../actors/runtime/ports.ts";

const FETCH_MS = 1000;
const FETCH_MESSAGES = 500;

/** Reads a namespace's stream of committed rows, from its start. */
export class RowReader {
  readonly rows: DeliveredRow[] = [];
  readonly #natsUrl: string;
  readonly #stream: string;
  #next = 1;

  constructor(natsUrl: string, namespace: string) {
    this.#natsUrl = natsUrl;
    this.#stream = `${namespace}-events`;
  }

  /** Reads what has come since the last time. */
  async read(): Promise<readonly DeliveredRow[]> {
    const connection = await connect({ servers: new URL(this.#natsUrl).host, timeout: 5000 });
    try {
      const jetstream = connection.jetstream();
      const { state } = await (await connection.jetstreamManager()).streams.info(this.#stream);
      const consumer = await jetstream.consumers.get(this.#stream, { opt_start_seq: this.#next });
      while (this.#next <= state.last_seq) {
        const messages = await consumer.fetch({ max_messages: FETCH_MESSAGES, expires: FETCH_MS });
        for await (const message of messages) {
          this.#take(message);
          if (this.#next > state.last_seq) break;
        }
      }
    } finally {
      await connection.close();
    }
    return this.rows;
  }

  #take(message: JsMsg): void {
    this.#next = message.seq + 1;
    this.rows.push(...message.json<DeliveredRow[]>());
  }
}
