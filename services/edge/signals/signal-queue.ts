import type { CloseReason, PresenceSignal } from "../../../actors/contracts/presence.ts";
import type { Outcome } from "../../../actors/runtime/actor.ts";
import type { Log } from "../../../actors/runtime/ports.ts";
import { settledWithin } from "../../../actors/runtime/settled-within.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { IngestBatcher, type Submission } from "../ingest/ingest-batcher.ts";
import type { KindForPresence } from "../ingest/routes.ts";
import type { PresenceRoutes } from "./presence-routes.ts";
import type { Session } from "./session.ts";
import type { SignalSettings } from "./settings.ts";
import { connectionSignal, forwardedSignal, type Signal } from "./signal.ts";

/** One call to one node; one outcome per signal, in order. */
export type SendSignals = (
  owner: string,
  signals: readonly PresenceSignal[],
) => Promise<readonly Outcome<null>[]>;

type SignalQueueOptions = {
  readonly routes: Pick<PresenceRoutes, "ownerOf" | "learn">;
  readonly send: SendSignals;
  readonly settings: SignalSettings;
  /** Before the names of its metrics: `gateway_twin.edge` or `gateway_twin.bridge`. */
  readonly area: string;
  readonly counters: Counters;
  readonly log: Pick<Log, "warn">;
};

/** Room is made for more than one at a time: each time it is looked for among all that wait. */
const ROOM_SHARE = 0.01;

/**
 * What presence is still to be told, per gateway in order. Nobody waits for any of it, and it has bounds of its own:
 * while presence is away the oldest are given up, first those that say what will be said again.
 */
export class SignalQueue {
  readonly #options: SignalQueueOptions;
  readonly #batcher: IngestBatcher<Signal, null>;
  /** Both oldest first. */
  readonly #repeated = new Set<Waiting>();
  readonly #others = new Set<Waiting>();
  readonly #ended = (waiting: Waiting, outcome: Outcome<null>) => this.#settled(waiting, outcome);
  readonly #drained = Promise.withResolvers<void>();
  #bytes = 0;
  #isClosing = false;

  constructor(options: SignalQueueOptions) {
    this.#options = options;
    this.#batcher = this.#newBatcher();
  }

  /** Signals without an outcome. */
  get waiting(): number {
    return this.#repeated.size + this.#others.size;
  }

  opened(session: Session): void {
    session.isBeingTold = true;
    this.#submit(connectionSignal("opened", session), this.#others);
  }

  /** Says nothing while the last word of this is still on its way. */
  alive(session: Session): void {
    if (session.isBeingTold) return;
    session.isBeingTold = true;
    this.#submit(connectionSignal("alive", session), this.#repeated);
  }

  closed(session: Session, reason: CloseReason): void {
    this.#submit(connectionSignal("closed", session, reason), this.#others);
  }

  /** The gateway's own words. */
  forward(kind: KindForPresence, session: Session, payload: Uint8Array): void {
    this.#submit(forwardedSignal(kind, session, payload), this.#others);
  }

  /** The owners of some gateways' presence have changed. */
  wake(): void {
    this.#batcher.wake();
  }

  /** Waits a little for what somebody could take; the rest is given up. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const { routes, settings } = this.#options;
    for (const waiting of [...this.#repeated, ...this.#others])
      if (routes.ownerOf(waiting.message.gatewayId) === undefined) this.#drop(waiting);
    if (this.waiting > 0) await settledWithin(settings.closeTimeoutMs, this.#drained.promise);
    // Calls that have not returned by now are not waited for.
    void this.#batcher.close();
    for (const waiting of [...this.#repeated, ...this.#others]) this.#drop(waiting);
  }

  #newBatcher(): IngestBatcher<Signal, null> {
    const { routes, send, settings, area, counters, log } = this.#options;
    return new IngestBatcher<Signal, null>({
      ownerOf: routes.ownerOf,
      learn: routes.learn,
      send: (owner, signals) =>
        send(
          owner,
          signals.map(({ encode }) => encode()),
        ),
      settings,
      onRetry: (reason, signals, error) => {
        counters.count(`${area}.signals.retries.total`, { reason }, signals);
        if (error) log.warn("presence could not be told; it is tried again", { error });
      },
      onRoom: () => {},
    });
  }

  #submit(signal: Signal, queue: Set<Waiting>): void {
    if (this.#isClosing) return this.#count("dropped", signal.kind);
    this.#makeRoom(signal.payload.length);
    const waiting = new Waiting(signal, queue, this.#ended);
    queue.add(waiting);
    this.#bytes += signal.payload.length;
    this.#batcher.submit(waiting);
  }

  #makeRoom(bytes: number): void {
    const { signalsKept, signalBytesKept } = this.#options.settings;
    if (this.waiting < signalsKept && this.#bytes + bytes <= signalBytesKept) return;
    const maxSignals = signalsKept * (1 - ROOM_SHARE) - 1;
    const maxBytes = signalBytesKept * (1 - ROOM_SHARE) - bytes;
    for (const queue of [this.#repeated, this.#others])
      for (const waiting of queue) {
        if (this.waiting <= maxSignals && this.#bytes <= maxBytes) return;
        this.#drop(waiting);
      }
  }

  #drop(waiting: Waiting): void {
    const { kind, gatewayId } = waiting.message;
    waiting.isDropped = true;
    this.#forget(waiting);
    this.#count("dropped", kind);
    this.#batcher.purge(gatewayId);
  }

  #settled(waiting: Waiting, outcome: Outcome<null>): void {
    this.#forget(waiting);
    if (!outcome.ok) this.#refused(waiting.message, outcome.error.type);
    if (this.#isClosing && this.waiting === 0) this.#drained.resolve();
  }

  /** Telling it again would not help. */
  #refused({ gatewayId, kind }: Signal, reason: string): void {
    const { area, counters, log } = this.#options;
    counters.count(`${area}.signals.refused.total`, { reason });
    log.warn("presence refused a signal", {
      "gateway.id": gatewayId,
      "event.action": kind,
      "error.code": reason,
    });
  }

  #forget(waiting: Waiting): void {
    const { session, payload } = waiting.message;
    waiting.queue.delete(waiting);
    this.#bytes -= payload.length;
    if (waiting.isOfOpen) session.isBeingTold = false;
  }

  #count(what: string, kind: string): void {
    const { area, counters } = this.#options;
    counters.count(`${area}.signals.${what}.total`, { kind });
  }
}

class Waiting implements Submission<Signal, null> {
  readonly message: Signal;
  readonly queue: Set<Waiting>;
  isDropped = false;
  readonly #onSettled: (waiting: Waiting, outcome: Outcome<null>) => void;

  constructor(
    message: Signal,
    queue: Set<Waiting>,
    onSettled: (waiting: Waiting, outcome: Outcome<null>) => void,
  ) {
    this.message = message;
    this.queue = queue;
    this.#onSettled = onSettled;
  }

  get isOfOpen(): boolean {
    return this.message.kind === "opened" || this.message.kind === "alive";
  }

  settle(outcome: Outcome<null>): void {
    this.#onSettled(this, outcome);
  }
}
