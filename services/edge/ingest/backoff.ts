/** Items that wait before their next attempt: 20, 40, 80 ... ms. One timer per delay, none per item. */
export class Backoff<Item> {
  readonly #delays: readonly number[];
  /** Per delay, the items and when they are due. A level has one delay, so they are due in the order they came. */
  readonly #levels: readonly Map<Item, number>[];
  readonly #timers = new Map<number, NodeJS.Timeout>();
  readonly #onDue: (item: Item) => void;

  constructor(minMs: number, maxMs: number, onDue: (item: Item) => void) {
    const delays = [];
    for (let delay = minMs; delay < maxMs; delay *= 2) delays.push(delay);
    this.#delays = [...delays, maxMs];
    this.#levels = this.#delays.map(() => new Map());
    this.#onDue = onDue;
  }

  /** `attempts` have failed so far. The item must not wait already. */
  add(item: Item, attempts: number): void {
    const level = Math.min(attempts, this.#delays.length) - 1;
    const delay = this.#delays[level] ?? 0;
    this.#levels[level]?.set(item, performance.now() + delay);
    if (!this.#timers.has(level)) this.#arm(level, delay);
  }

  /** Takes out those that need not wait any longer. */
  takeOut(isReady: (item: Item) => boolean): Item[] {
    const taken: Item[] = [];
    for (const level of this.#levels) {
      for (const item of level.keys()) {
        if (!isReady(item)) continue;
        level.delete(item);
        taken.push(item);
      }
    }
    return taken;
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    for (const level of this.#levels) level.clear();
  }

  #arm(level: number, delay: number): void {
    this.#timers.set(
      level,
      setTimeout(() => this.#release(level), delay),
    );
  }

  #release(level: number): void {
    this.#timers.delete(level);
    const items = this.#levels[level] ?? new Map<Item, number>();
    const now = performance.now() + 1;
    const due: Item[] = [];
    for (const [item, dueTime] of items) {
      if (dueTime > now) {
        this.#arm(level, dueTime - now + 1);
        break;
      }
      due.push(item);
    }
    for (const item of due) items.delete(item);
    for (const item of due) this.#onDue(item);
  }
}
