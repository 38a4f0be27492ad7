type Waiting<Item> = { readonly item: Item; readonly dueTime: number };

/** Items that wait before their next attempt: 20, 40, 80 ... ms. One timer per delay, none per item. */
export class Backoff<Item> {
  readonly #delays: readonly number[];
  readonly #levels: Waiting<Item>[][];
  readonly #timers = new Map<number, NodeJS.Timeout>();
  readonly #onDue: (item: Item) => void;

  constructor(minMs: number, maxMs: number, onDue: (item: Item) => void) {
    const delays = [];
    for (let delay = minMs; delay < maxMs; delay *= 2) delays.push(delay);
    this.#delays = [...delays, maxMs];
    this.#levels = this.#delays.map(() => []);
    this.#onDue = onDue;
  }

  /** `attempts` have failed so far. */
  add(item: Item, attempts: number): void {
    const level = Math.min(attempts, this.#delays.length) - 1;
    const delay = this.#delays[level] ?? 0;
    this.#levels[level]?.push({ item, dueTime: performance.now() + delay });
    if (!this.#timers.has(level)) this.#arm(level, delay);
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    for (const level of this.#levels) level.length = 0;
  }

  #arm(level: number, delay: number): void {
    this.#timers.set(
      level,
      setTimeout(() => this.#release(level), delay),
    );
  }

  /** A level has one delay, so its items are due in the order they came. */
  #release(level: number): void {
    this.#timers.delete(level);
    const items = this.#levels[level] ?? [];
    const now = performance.now() + 1;
    const next = items.findIndex(({ dueTime }) => dueTime > now);
    const due = items.splice(0, next === -1 ? items.length : next);
    if (items[0]) this.#arm(level, items[0].dueTime - now + 1);
    for (const { item } of due) this.#onDue(item);
  }
}
