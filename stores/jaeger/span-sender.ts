/** `error` with how many spans it lost. */
type Done = (spans: number, error?: unknown) => void;

/** How jaeger-client gives spans away. */
export type Sender = {
  readonly append: (span: unknown, done: Done) => void;
  readonly flush: (done: Done) => void;
  readonly setProcess: (process: unknown) => void;
  readonly close: () => void;
};

export type SenderSettings = {
  /** With so many spans a request is sent at once; else each second. */
  readonly batchSpans: number;
  /** While all requests are on their way; more are dropped. */
  readonly maxSpans: number;
  readonly maxRequests: number;
  readonly timeoutMs: number;
};

/** What became of spans. */
type SenderHooks = {
  readonly sent: (spans: number) => void;
  readonly lost: (spans: number, error: string) => void;
};

export const SENDER_SETTINGS: SenderSettings = {
  batchSpans: 100,
  maxSpans: 2000,
  maxRequests: 4,
  timeoutMs: 5000,
};

/**
 * jaeger-client's HTTP sender with what it lacks: requests that end, a bound of what waits for a collector that does
 * not answer, and a close that waits for the requests on their way.
 */
export class SpanSender implements Sender {
  readonly #sender: Sender;
  readonly #settings: SenderSettings;
  readonly #hooks: SenderHooks;
  #waiting = 0;
  #requests = 0;
  #ended = Promise.withResolvers<void>();

  constructor(sender: Sender, settings: SenderSettings, hooks: SenderHooks) {
    this.#sender = sender;
    this.#settings = settings;
    this.#hooks = hooks;
  }

  setProcess(process: unknown): void {
    this.#sender.setProcess(process);
  }

  append(span: unknown, done: Done): void {
    if (this.#waiting >= this.#settings.maxSpans)
      this.#hooks.lost(1, "too many spans wait for the collector");
    else {
      this.#waiting += 1;
      this.#sender.append(span, () => undefined);
    }
    this.#flushFull();
    done(0);
  }

  flush(done: Done): void {
    if (this.#waiting === 0 || this.#requests >= this.#settings.maxRequests) return done(0);
    this.#waiting = 0;
    this.#requests += 1;
    // Ends what is on its way, with an error: who is silent so long answers none of it.
    const timer = setTimeout(() => this.#sender.close(), this.#settings.timeoutMs);
    this.#sender.flush((spans, error) => {
      clearTimeout(timer);
      this.#requests -= 1;
      if (error) this.#hooks.lost(spans, String(error));
      else this.#hooks.sent(spans);
      this.#flushFull();
      this.#ended.resolve();
      done(spans);
    });
  }

  /** For jaeger-client, which would cut off what is on its way; `end` does not. */
  close(): void {}

  /** Sends all that waits, and gives the collector so many milliseconds to take it. */
  async end(ms: number): Promise<void> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#sender.close();
    }, ms);
    while (!isLate && (this.#waiting > 0 || this.#requests > 0)) {
      this.#ended = Promise.withResolvers();
      this.flush(() => undefined);
      await this.#ended.promise;
    }
    clearTimeout(timer);
    if (this.#waiting > 0) this.#hooks.lost(this.#waiting, "there was no time left to send them");
    this.#sender.close();
  }

  #flushFull(): void {
    if (this.#waiting >= this.#settings.batchSpans) this.flush(() => undefined);
  }
}
