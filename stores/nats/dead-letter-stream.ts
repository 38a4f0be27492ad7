import { type JetStreamManager, type MsgRequest, type NatsConnection, NatsError, type StoredMsg } from "nats";
import type { UndeliveredRow } from "../../actors/runtime/ports.ts";
import type { Names } from "./streams.ts";

const ID = /^[\w-]+(?:\.[\w-]+)+$/;
const NO_MESSAGE_FOUND = 10037;

/** Rows that a group could not handle: one message each, on a subject that is made of its id. */
export class DeadLetterStream {
  readonly #connection: NatsConnection;
  readonly #names: Names;

  constructor(connection: NatsConnection, names: Names) {
    this.#connection = connection;
    this.#names = names;
  }

  /** Resolves when the stream has it; it replaces one with the same id. */
  async putAside(row: UndeliveredRow): Promise<void> {
    await this.#connection.jetstream().publish(this.#subjectOf(row.id), JSON.stringify(row));
  }

  /** At most `limit`, oldest first. */
  async list(limit: number): Promise<UndeliveredRow[]> {
    const found: UndeliveredRow[] = [];
    for (let seq = 1; found.length < limit; ) {
      // The server's "this one, or the next that there is"; the library's type of the request lacks it.
      const query = { seq, next_by_subj: this.#subjectOf(">") };
      const message = await this.#get(query);
      if (!message) break;
      found.push(message.json<UndeliveredRow>());
      seq = message.seq + 1;
    }
    return found;
  }

  async find(id: string): Promise<UndeliveredRow | undefined> {
    if (!ID.test(id)) return undefined;
    const message = await this.#get({ last_by_subj: this.#subjectOf(id) });
    return message?.json<UndeliveredRow>();
  }

  async forget(id: string): Promise<void> {
    const manager = await this.#manager();
    await manager.streams.purge(this.#names.deadLetters, { filter: this.#subjectOf(id) });
  }

  async #get(query: MsgRequest): Promise<StoredMsg | undefined> {
    const { streams } = await this.#manager();
    try {
      return await streams.getMessage(this.#names.deadLetters, query);
    } catch (error) {
      if (error instanceof NatsError && error.api_error?.err_code === NO_MESSAGE_FOUND) return undefined;
      throw error;
    }
  }

  #subjectOf(id: string): string {
    return `${this.#names.deadLetterSubject}.${id}`;
  }

  #manager(): Promise<JetStreamManager> {
    return this.#connection.jetstreamManager({ checkAPI: false });
  }
}
