import type { Clock, Consumer, DeliveredRow, Delivery, Log, UndeliveredRow } from "./ports.ts";
import { untilDone } from "./until-done.ts";

const MAX_DELIVERIES = 8;
/** Characters: a stack says it all long before, and what is put aside must fit into a message. */
const MAX_ERROR = 4000;

export type HandoutOptions = {
  readonly log: Log;
  readonly clock: Clock;
  /** Is the failure not the delivery's fault (the store or NATS is away)? Then it is tried again for ever. */
  readonly isTransient: (error: unknown) => boolean;
  /** How often a failing delivery is handed out before its rows are tried alone; 8 when not given. */
  readonly maxDeliveries?: number;
  /** Called for every row that was put aside, for counters. */
  readonly onUndelivered?: (row: UndeliveredRow) => void;
};

type Failure = { readonly error: unknown; readonly deliveries: number };

/**
 * What both drivers of the bus do with a delivery: it is handed to its consumer until that has done its work, or
 * until the rows that it can not bear are put aside, so that the group goes on.
 */
export class Handout {
  readonly #options: HandoutOptions;
  readonly #keep: (row: UndeliveredRow) => Promise<void>;
  readonly #signal: AbortSignal;

  /** `keep` stores a row that is put aside; the signal ends all waiting. */
  constructor(options: HandoutOptions, keep: (row: UndeliveredRow) => Promise<void>, signal: AbortSignal) {
    this.#options = options;
    this.#keep = keep;
    this.#signal = signal;
  }

  /**
   * Resolves when the delivery is done with; rejects when the signal aborts before. `earlier` is how often it was
   * handed out before, by instances that are gone.
   */
  async deliver(consumer: Consumer, delivery: Delivery, earlier = 0): Promise<void> {
    const failure = await this.#attempt(consumer, delivery, earlier);
    if (!failure) return;
    const [only, ...others] = delivery.rows;
    if (only && others.length === 0) return this.#putAside(consumer.group, only, failure);
    for (const row of delivery.rows) await this.#deliverAlone(consumer, row, delivery.sequence);
  }

  async #deliverAlone(consumer: Consumer, row: DeliveredRow, sequence: number): Promise<void> {
    const failure = await this.#attempt(consumer, { sequence, rows: [row] }, this.#maxDeliveries);
    if (failure) await this.#putAside(consumer.group, row, failure);
  }

  /** Undefined when it was handled; else what went wrong the last time. */
  async #attempt(consumer: Consumer, delivery: Delivery, earlier: number): Promise<Failure | undefined> {
    let deliveries = earlier;
    let failure: Failure | undefined;
    const onError = (error: unknown) => {
      const isTransient = this.#options.isTransient(error);
      if (!isTransient) deliveries += 1;
      if (!isTransient && deliveries >= this.#maxDeliveries) {
        failure = { error, deliveries };
        throw error;
      }
      const { sequence } = delivery;
      this.#options.log.warn("a consumer failed; the delivery is handed to it again", {
        "consumer.group": consumer.group,
        "consumer.sequence": sequence,
        "consumer.deliveries": deliveries,
        error,
      });
    };
    try {
      await untilDone(() => consumer.handle(delivery), onError, this.#signal);
    } catch (error) {
      if (!failure) throw error;
    }
    return failure;
  }

  async #putAside(group: string, row: DeliveredRow, { error, deliveries }: Failure): Promise<void> {
    const { log, clock, onUndelivered } = this.#options;
    const id = undeliveredId(group, row);
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const letter = { id, group, time: clock(), deliveries, error: text.slice(0, MAX_ERROR), row };
    const onError = (problem: unknown) =>
      log.error("a row that its group can not handle could not be put aside; the group waits", {
        "dead_letter.id": id,
        error: problem,
      });
    await untilDone(() => this.#keep(letter), onError, this.#signal);
    onUndelivered?.(letter);
    log.error("a group could not handle a row; it was put aside", {
      "dead_letter.id": id,
      "consumer.group": group,
      "consumer.deliveries": deliveries,
      error,
    });
  }

  get #maxDeliveries(): number {
    return this.#options.maxDeliveries ?? MAX_DELIVERIES;
  }
}

/** Names the part of the row and its group: putting it aside twice leaves one. */
function undeliveredId(group: string, { type, partition, pos, first }: DeliveredRow): string {
  return [group, type, partition, pos, first].join(".");
}
