import type { ServerResponse } from "node:http";
import type { ServiceBroker } from "moleculer";
import { DomainError } from "../../actors/contracts/errors.ts";
import { call } from "../../mixins/bridge.ts";
import { logTo } from "../../mixins/logs/log-to.ts";
import { errorAnswer } from "./error-answer.ts";
import { EventStream } from "./event-stream.ts";
import { Tailer } from "./tailer.ts";
import type { Opening } from "./watch-openings.ts";
import { Watcher } from "./watcher.ts";

export type WatchSettings = {
  readonly maxWatches: number;
  readonly heartbeatMs: number;
  /** How long a lost hint can hold events back. */
  readonly pollMs: number;
  /** How long a stream may go on when its token, or its gateway, is not the client's any more. */
  readonly rightsMs: number;
};

export const WATCH_SETTINGS: WatchSettings = {
  maxWatches: 1000,
  heartbeatMs: 15_000,
  pollMs: 1000,
  rightsMs: 5000,
};

const PAGE = 500;

/** All streams of events that a node serves. */
export class Watches {
  readonly #broker: ServiceBroker;
  readonly #settings: WatchSettings;
  readonly #tailer: Tailer;
  readonly #open = new Map<EventStream, Watcher>();
  #opening = 0;
  #heartbeat: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(broker: ServiceBroker, settings: WatchSettings) {
    this.#broker = broker;
    this.#settings = settings;
    this.#tailer = new Tailer({
      read: (afterSeq) => this.#read({ ...(afterSeq !== undefined && { afterSeq }) }),
      warn: this.#warn,
      pollMs: settings.pollMs,
    });
  }

  /** Streams that are open. */
  get count(): number {
    return this.#open.size;
  }

  appended(seq: number): void {
    this.#tailer.appended(seq);
  }

  /** Resolves when the stream has begun; rejects before anything is sent. It ends when `permitted` rejects for good. */
  async serve(
    response: ServerResponse,
    requestId: string,
    opened: () => Promise<Opening>,
    permitted: () => Promise<unknown>,
  ): Promise<void> {
    const { maxWatches } = this.#settings;
    if (this.#open.size + this.#opening >= maxWatches) {
      throw new DomainError("TOO_MANY_WATCHES", { limit: maxWatches });
    }
    this.#opening += 1;
    try {
      const opening = await opened();
      if (this.#isStopped) throw new DomainError("SHUTTING_DOWN");
      if (response.destroyed) return;
      this.#begin(response, requestId, opening);
      endWhenLost(response, permitted, this.#settings.rightsMs);
    } finally {
      this.#opening -= 1;
    }
  }

  /** Clients come back by themselves, elsewhere or later. */
  stop(): void {
    this.#isStopped = true;
    for (const stream of this.#open.keys()) stream.end();
  }

  #begin(response: ServerResponse, requestId: string, opening: Opening): void {
    const { view, cursor, gatewayId, greeting } = opening;
    const stream = new EventStream(response);
    const watcher = new Watcher({
      stream,
      view,
      cursor,
      read: (afterSeq) => this.#read({ afterSeq, ...(gatewayId !== undefined && { gatewayId }) }),
      tailed: () => this.#tailer.seq,
      refuse: (error) => {
        stream.write(`event: error\ndata: ${errorAnswer(error, requestId).body}\n\n`);
        stream.end();
      },
      warn: this.#warn,
    });
    const listener = watcher.offer.bind(watcher);
    stream.write(greeting);
    stream.onClose(() => {
      this.#tailer.remove(listener);
      this.#open.delete(stream);
      if (this.#open.size === 0) this.#heartbeat = void clearInterval(this.#heartbeat);
    });
    this.#open.set(stream, watcher);
    this.#heartbeat ??= setInterval(() => this.#beat(), this.#settings.heartbeatMs).unref();
    this.#tailer.add(listener);
    void watcher.catchUp();
  }

  #beat(): void {
    for (const watcher of this.#open.values()) watcher.heartbeat();
  }

  #read(params: { afterSeq?: number; gatewayId?: string }) {
    return call(this.#broker, "journal.tail", { ...params, limit: PAGE });
  }

  readonly #warn = (message: string, error: unknown): void => {
    logTo(this.#broker.logger).warn(message, { error });
  };
}

/** A stream may outlive the right to it. Others than the client may be in the way: then it goes on. */
function endWhenLost(response: ServerResponse, permitted: () => Promise<unknown>, everyMs: number): void {
  const look = () => void permitted().catch((error) => isLost(error) && response.end());
  const timer = setInterval(look, everyMs).unref();
  response.once("close", () => clearInterval(timer));
}

/** RATE_LIMITED: of a token that is wrong by now, after too many others. A right one is not held up. */
function isLost(error: unknown): boolean {
  return error instanceof DomainError && [401, 403, 404, 429].includes(error.code);
}
