import type { Clock, Log } from "../../../actors/runtime/ports.ts";

const LINES = 3;
const WINDOW_MS = 1000;

/** At most a few lines a second: what gateways do must not be able to fill the log. */
export class LimitedLog {
  readonly #log: Pick<Log, "warn">;
  readonly #clock: Clock;
  #windowStart = 0;
  #lines = 0;
  #suppressed = 0;

  constructor(log: Pick<Log, "warn">, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  warn(message: string, fields?: object): void {
    this.#startWindow();
    this.#lines += 1;
    if (this.#lines <= LINES) this.#log.warn(message, fields);
    else this.#suppressed += 1;
  }

  #startWindow(): void {
    const now = this.#clock();
    if (Math.abs(now - this.#windowStart) < WINDOW_MS) return;
    if (this.#suppressed > 0) this.#log.warn(`${this.#suppressed} similar lines were left out`);
    [this.#windowStart, this.#lines, this.#suppressed] = [now, 0, 0];
  }
}
