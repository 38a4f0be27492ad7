import { headers, type NatsConnection } from "nats";
import { Handout, type HandoutOptions } from "../../actors/runtime/handout.ts";
import type {
  CommitRow,
  Consumer,
  EventBus,
  PendingDeliveries,
  UndeliveredRow,
} from "../../actors/runtime/ports.ts";
import { settledWithin } from "../../actors/runtime/settled-within.ts";
import { untilDone } from "../../actors/runtime/until-done.ts";
import { DeadLetterStream } from "./dead-letter-stream.ts";
import { GROUP_HEADER, GroupConsumer, REDRIVE_HEADER } from "./group-consumer.ts";
import { RowPublisher } from "./row-publisher.ts";
import { ensureStreams, type Names, namesOf } from "./streams.ts";

const ACK_WAIT_MS = 10_000;
const MAX_STREAM_BYTES = 1024 ** 3;
const START_MS = 10_000;
/** A handler that runs longer than this is left to itself by `stop`; another instance gets its delivery. */
const STOP_MS = 10_000;
const FLUSH_MS = 1000;

export type JetStreamBusOptions = HandoutOptions & {
  /** Shared with others: the bus does not close it. */
  readonly connection: NatsConnection;
  /** Letters, digits and hyphens; two systems with different ones do not see each other on the same server. */
  readonly namespace: string;
  /** What the stream of events may hold; 1 GiB when not given. */
  readonly maxBytes?: number;
  /** A delivery whose instance is silent this long is handed to another one; 10 s when not given. */
  readonly ackWaitMs?: number;
};

/**
 * The event bus of a cluster. A row is published when the stream has it on file; each group has one durable
 * consumer on the server, from which its instances on all nodes take turns. What every group has handled stays
 * until the stream is full; what some group has not handled is never dropped for a new row: then rows wait in the store.
 */
export class JetStreamBus implements EventBus {
  readonly #options: JetStreamBusOptions;
  readonly #names: Names;
  readonly #stopping = new AbortController();
  readonly #publisher: RowPublisher;
  readonly #deadLetters: DeadLetterStream;
  readonly #handout: Handout;
  readonly #groups: GroupConsumer[] = [];

  constructor(options: JetStreamBusOptions) {
    const { connection, namespace, log, maxBytes = MAX_STREAM_BYTES } = options;
    const { signal } = this.#stopping;
    const names = namesOf(namespace);
    const deadLetters = new DeadLetterStream(connection, names);
    this.#options = options;
    this.#names = names;
    this.#deadLetters = deadLetters;
    this.#publisher = new RowPublisher({ connection, names, maxBytes, log, signal });
    this.#handout = new Handout(options, (row) => deadLetters.putAside(row), signal);
  }

  subscribe(consumer: Consumer): void {
    const { connection, log, ackWaitMs = ACK_WAIT_MS } = this.#options;
    this.#groups.push(
      new GroupConsumer(consumer, {
        connection,
        names: this.#names,
        handout: this.#handout,
        log,
        signal: this.#stopping.signal,
        ackWaitMs,
        forget: (id) => this.#deadLetters.forget(id),
        ensureStreams: () => this.#ensureStreams(),
      }),
    );
  }

  /** Rejects after 10 s with one line that says what to do when the server has no JetStream. */
  async start(): Promise<void> {
    let problem: unknown;
    const onError = (error: unknown) => {
      problem = error;
    };
    try {
      await untilDone(() => this.#ensureStreams(), onError, AbortSignal.timeout(START_MS));
    } catch {
      throw new Error(`NATS_URL: the server offers no JetStream (start it with -js): ${String(problem)}`);
    }
    for (const group of this.#groups) await group.start();
  }

  publish(row: CommitRow, isRoutine = false): Promise<void> {
    return this.#publisher.publish(row, isRoutine);
  }

  async stop(): Promise<void> {
    const sent = this.#publisher.stop();
    this.#stopping.abort();
    const ended = Promise.all([sent, ...this.#groups.map((group) => group.stop())]);
    if (!(await settledWithin(STOP_MS, ended)))
      this.#options.log.error("a consumer still runs; the bus stops without it");
    for (const group of this.#groups) group.letGo();
    // The last acknowledgements are on their way when this returns, or NATS is away and they can not be.
    if (!this.#options.connection.isClosed()) await settledWithin(FLUSH_MS, this.#options.connection.flush());
  }

  pending(): Promise<readonly PendingDeliveries[]> {
    return Promise.all(this.#groups.map((group) => group.pending()));
  }

  undelivered(limit: number): Promise<UndeliveredRow[]> {
    return this.#deadLetters.list(limit);
  }

  /** It goes through the stream: whichever node runs the group gets it, in its turn. */
  async redrive(id: string): Promise<boolean> {
    const found = await this.#deadLetters.find(id);
    if (!found) return false;
    const marks = headers();
    marks.set(REDRIVE_HEADER, id);
    marks.set(GROUP_HEADER, found.group);
    const { eventSubject } = this.#names;
    const payload = JSON.stringify([found.row]);
    await this.#options.connection.jetstream().publish(eventSubject, payload, { headers: marks });
    return true;
  }

  async #ensureStreams(): Promise<void> {
    const { connection, maxBytes = MAX_STREAM_BYTES } = this.#options;
    const manager = await connection.jetstreamManager({ checkAPI: false });
    await ensureStreams(manager, this.#names, maxBytes);
  }
}
