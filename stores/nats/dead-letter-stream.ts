import type { JetStreamManager, NatsConnection } from "nats";
import type { UndeliveredRow } from "../../actors/runtime/ports.ts";
import { getMessage, type Names, nextMessage } from "./streams.ts";

const ID = /^[\w-]+(?:\.[\w-]+)+$/;

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
    const manager = await this.#manager();
    for (let seq = 1; found.length < limit; ) {
      const message = await nextMessage(manager, this.#names.deadLetters, this.#subjectOf(">"), seq);
      if (!message) break;
      found.push(message.json<UndeliveredRow>());
      seq = message.seq + 1;
    }
    return found;
  }

  async find(id: string): Promise<UndeliveredRow | undefined> {
    if (!ID.test(id)) return undefined;
    const query = { last_by_subj: this.#subjectOf(id) };
    const message = await getMessage(await this.#manager(), this.#names.deadLetters, query);
    return message?.json<UndeliveredRow>();
  }

  async forget(id: string): Promise<void> {
    const manager = await this.#manager();
    await manager.streams.purge(this.#names.deadLetters, { filter: this.#subjectOf(id) });
  }

  #subjectOf(id: string): string {
    return `${this.#names.deadLetterSubject}.${id}`;
  }

  #manager(): Promise<JetStreamManager> {
    return this.#connection.jetstreamManager({ checkAPI: false });
  }
}
