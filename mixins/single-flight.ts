type Flight<Value> = PromiseWithResolvers<Value>;

/**
 * Loads each key at most once at a time. Whoever asks while a load of the key runs shares the next one: what runs
 * may have looked before the change that the asker knows of.
 */
export class SingleFlight<Value> {
  readonly #load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;
  readonly #waiting = new Map<string, Flight<Value | undefined>>();
  readonly #running = new Set<string>();
  #isScheduled = false;

  /** `load` gets all keys that were asked for in one turn of the event loop. */
  constructor(load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>) {
    this.#load = load;
  }

  /** Undefined when `load` had nothing for the key; rejects when it failed. */
  get(key: string): Promise<Value | undefined> {
    let flight = this.#waiting.get(key);
    if (!flight) {
      flight = Promise.withResolvers();
      this.#waiting.set(key, flight);
      this.#schedule();
    }
    return flight.promise;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      const flights = [...this.#waiting].filter(([key]) => !this.#running.has(key));
      if (flights.length > 0) void this.#fly(flights);
    });
  }

  async #fly(flights: readonly (readonly [string, Flight<Value | undefined>])[]): Promise<void> {
    const keys = flights.map(([key]) => key);
    for (const key of keys) {
      this.#waiting.delete(key);
      this.#running.add(key);
    }
    try {
      const values = await this.#load(keys);
      for (const [key, flight] of flights) flight.resolve(values.get(key));
    } catch (error) {
      for (const [, flight] of flights) flight.reject(error);
    }
    for (const key of keys) this.#running.delete(key);
    this.#schedule();
  }
}
