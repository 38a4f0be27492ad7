import { ConsumerEvents, type ConsumerMessages, type JsMsg, type NatsConnection } from "nats";
import type { Handout } from "../../actors/runtime/handout.ts";
import type { Consumer, DeliveredRow, Log, PendingDeliveries } from "../../actors/runtime/ports.ts";
import { untilDone } from "../../actors/runtime/until-done.ts";
import { ensureConsumer, type Names } from "./streams.ts";

/** Marks a message that is for one group alone: the id of the dead letter that it hands out again. */
export const REDRIVE_HEADER = "Redrive-Id";
export const GROUP_HEADER = "Redrive-Group";

/** How long a request for the next message stays on the server. */
const PULL_MS = 5000;
const LOST: readonly string[] = [
  ConsumerEvents.ConsumerNotFound,
  ConsumerEvents.StreamNotFound,
  ConsumerEvents.ConsumerDeleted,
];

type GroupConsumerOptions = {
  readonly connection: NatsConnection;
  readonly names: Names;
  readonly handout: Handout;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** A delivery whose instance is silent this long is handed to another one. */
  readonly ackWaitMs: number;
  /** Removes the dead letter with this id. */
  readonly forget: (id: string) => Promise<void>;
  /** Makes the streams anew when they are gone. */
  readonly ensureStreams: () => Promise<void>;
};

/** One instance of a consumer group: whichever instance is free gets the group's next delivery. */
export class GroupConsumer {
  readonly #consumer: Consumer;
  readonly #options: GroupConsumerOptions;
  #messages: ConsumerMessages | undefined;
  #running: Promise<void> | undefined;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(consumer: Consumer, options: GroupConsumerOptions) {
    this.#consumer = consumer;
    this.#options = options;
  }

  async start(): Promise<void> {
    const { connection, names } = this.#options;
    await this.#ensure();
    const consumer = await connection.jetstream().consumers.get(names.events, this.#consumer.group);
    this.#messages = await consumer.consume({ max_messages: 1, expires: PULL_MS });
    void this.#watch(this.#messages);
    this.#running = this.#run(this.#messages);
  }

  /** In messages of the stream, those on their way to an instance among them. */
  async pending(): Promise<PendingDeliveries> {
    const { connection, names } = this.#options;
    const { group } = this.#consumer;
    const manager = await connection.jetstreamManager({ checkAPI: false });
    const { num_pending, num_ack_pending } = await manager.consumers.info(names.events, group);
    return { group, count: num_pending + num_ack_pending };
  }

  /** Takes no more messages; resolves when the handler has ended. */
  async stop(): Promise<void> {
    // Not awaited: while a handler runs the library would end it only with a last pull.
    void this.#messages?.close();
    await this.#running;
  }

  /** Ends what keeps a delivery with this instance, whatever its handler does. */
  letGo(): void {
    clearInterval(this.#heartbeat);
  }

  async #ensure(): Promise<void> {
    const { connection, names, ackWaitMs } = this.#options;
    const manager = await connection.jetstreamManager({ checkAPI: false });
    await ensureConsumer(manager, names, this.#consumer, ackWaitMs);
  }

  async #run(messages: ConsumerMessages): Promise<void> {
    for await (const message of messages) {
      await this.#take(message);
      // Going on would send a pull that nobody reads: the server (2.9) would spend a redelivery on it.
      if (this.#options.signal.aborted) break;
    }
  }

  async #take(message: JsMsg): Promise<void> {
    this.#heartbeat = setInterval(() => message.working(), this.#options.ackWaitMs / 3);
    try {
      await this.#handOut(message);
      message.ack();
    } catch (error) {
      message.nak();
      if (!this.#options.signal.aborted) throw error;
    } finally {
      clearInterval(this.#heartbeat);
    }
  }

  async #handOut(message: JsMsg): Promise<void> {
    const redriven = message.headers?.get(REDRIVE_HEADER);
    if (redriven && message.headers?.get(GROUP_HEADER) !== this.#consumer.group) return;
    const { streamSequence: sequence, deliveryCount } = message.info;
    const rows = this.#rowsOf(message);
    if (!rows) return;
    const consumer = redriven ? this.#forgetting(redriven) : this.#consumer;
    await this.#options.handout.deliver(consumer, { sequence, rows }, deliveryCount - 1);
  }

  /** What is no JSON is not ours, and never will be: it must not hold up the group. */
  #rowsOf(message: JsMsg): DeliveredRow[] | undefined {
    try {
      return message.json<DeliveredRow[]>();
    } catch (error) {
      const { subject, seq } = message;
      this.#options.log.error("a message on the bus is no rows; it is skipped", {
        "messaging.destination.name": subject,
        "consumer.sequence": seq,
        error,
      });
      return undefined;
    }
  }

  #forgetting(id: string): Consumer {
    const { group, handle } = this.#consumer;
    return { group, handle: (delivery) => handle(delivery).then(() => this.#options.forget(id)) };
  }

  /** The library asks on for ever, but for a consumer that somebody has deleted it would ask in vain. */
  async #watch(messages: ConsumerMessages): Promise<void> {
    const { log, signal, ensureStreams } = this.#options;
    const restore = async () => {
      await ensureStreams();
      await this.#ensure();
    };
    for await (const { type } of await messages.status()) {
      if (!LOST.includes(type)) continue;
      log.error("the consumer of a group is gone from the server; it is made anew", {
        "consumer.group": this.#consumer.group,
      });
      const onError = (error: unknown) =>
        log.error("the consumer of a group can not be made yet", {
          "consumer.group": this.#consumer.group,
          error,
        });
      await untilDone(restore, onError, signal).catch(() => undefined);
    }
  }
}
