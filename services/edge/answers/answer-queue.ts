import type { AnswerKind, AnswerMessage } from "../../../actors/contracts/commands.ts";
import type { ErrorValue } from "../../../actors/contracts/errors.ts";
import type { Outcome } from "../../../actors/runtime/actor.ts";
import type { Log } from "../../../actors/runtime/ports.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { IngestBatcher, type Submission } from "../ingest/ingest-batcher.ts";
import type { IngestSettings } from "../ingest/settings.ts";
import type { SendAnswers } from "./answer-call.ts";
import type { CommandRoutes } from "./command-routes.ts";

type AnswerQueueOptions = {
  readonly routes: Pick<CommandRoutes, "ownerOf" | "learn">;
  readonly send: SendAnswers;
  readonly settings: IngestSettings;
  /** Before the names of its metrics: `gateway_twin.edge` or `gateway_twin.bridge`. */
  readonly area: string;
  readonly counters: Counters;
  readonly log: Pick<Log, "warn">;
  /** There is room again after `isFull`. */
  readonly onRoom: () => void;
};

/** Whoever waits for the acknowledgement of a message. */
type Waiter = {
  /** Its connection is gone. */
  readonly isDropped: () => boolean;
  /** Null: it was taken, and what it changed is committed. */
  readonly settle: (error: ErrorValue | null) => void;
};

const NOBODY: Waiter = { isDropped: () => false, settle: () => undefined };
const EMPTY = new Uint8Array();

/** What gateways say of their commands, on its way to the owners of these; per gateway in order. */
export class AnswerQueue {
  readonly #batcher: IngestBatcher<AnswerMessage, null>;

  constructor({ routes, area, counters, log, ...options }: AnswerQueueOptions) {
    this.#batcher = new IngestBatcher<AnswerMessage, null>({
      ...options,
      ownerOf: routes.ownerOf,
      learn: routes.learn,
      onRetry: (reason, messages, error) => {
        counters.count(`${area}.answers.retries.total`, { reason }, messages);
        if (error) log.warn("answers to commands could not be handed on; it is tried again", { error });
      },
    });
  }

  /** Messages without an outcome. */
  get waiting(): number {
    return this.#batcher.waiting;
  }

  get isFull(): boolean {
    return this.#batcher.isFull;
  }

  submit(message: AnswerMessage, waiter: Waiter): void {
    this.#batcher.submit(new Passage(message, waiter));
  }

  /** The gateway has connected anew and listens: it is sent again what it may have missed. Nobody waits for that. */
  hello(gatewayId: string): void {
    const kind: AnswerKind = "hello";
    if (!this.isFull) this.submit({ gatewayId, kind, payload: EMPTY }, NOBODY);
  }

  /** Forgets the gateway's dropped messages that are not in a call. */
  purge(gatewayId: string): void {
    this.#batcher.purge(gatewayId);
  }

  /** The owners of some gateways' commands have changed. */
  wake(): void {
    this.#batcher.wake();
  }

  /** Sends nothing more; resolves when all calls have returned. */
  close(): Promise<void> {
    return this.#batcher.close();
  }
}

class Passage implements Submission<AnswerMessage, null> {
  readonly message: AnswerMessage;
  readonly #waiter: Waiter;

  constructor(message: AnswerMessage, waiter: Waiter) {
    this.message = message;
    this.#waiter = waiter;
  }

  get isDropped(): boolean {
    return this.#waiter.isDropped();
  }

  settle(outcome: Outcome<null>): void {
    this.#waiter.settle(outcome.ok ? null : outcome.error);
  }
}
