import type { Log } from "../actors/runtime/ports.ts";

type RepeatedOptions = {
  readonly everyMs: number;
  readonly log: Log;
  /** Ends early when the signal says so. */
  readonly work: (signal: AbortSignal) => Promise<void>;
};

/** Work that is done now and then, and when it is asked for; never twice at the same time. */
export class Repeated {
  readonly #options: RepeatedOptions;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isWanted = false;

  constructor(options: RepeatedOptions) {
    this.#options = options;
  }

  /** Does it at once, or once more when it is being done already. */
  run(): void {
    this.#isWanted = true;
    clearTimeout(this.#timer);
    this.#running ??= this.#runAll();
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #runAll(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#isWanted && !signal.aborted) {
      this.#isWanted = false;
      await this.#once(signal);
    }
    this.#running = undefined;
    if (!signal.aborted) this.#timer = setTimeout(() => this.run(), this.#options.everyMs);
  }

  async #once(signal: AbortSignal): Promise<void> {
    const { work, log } = this.#options;
    try {
      await work(signal);
    } catch (error) {
      if (!signal.aborted) log.warn("repeated work failed; it is tried again", { error });
    }
  }
}
