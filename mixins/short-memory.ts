import { LRUCache } from "lru-cache";
import type { Clock } from "../actors/runtime/ports.ts";

type Kept<Value> = { readonly value: Value; readonly subject: string; readonly until: number };

type Answered = {
  /** When, by the clock of the memory. */
  readonly asked: number;
  /** How long it is good; 2 s at most. */
  readonly freshMs?: number;
  /** Whose change ends it; the key when not given. */
  readonly about?: string;
};

const MAX_KEPT = 20_000;
const KEPT_MS = 2000;

/**
 * What another service answered, for at most 2 s, and until it tells of a change. For as long after that nothing is
 * kept of what has changed: the answer may come from before it, or from a node that has not heard of it.
 */
export class ShortMemory<Value> {
  readonly #clock: Clock;
  readonly #kept = new LRUCache<string, Kept<Value>>({ max: MAX_KEPT });
  /** By subject: until when it counts as new. */
  readonly #changed = new LRUCache<string, number>({ max: MAX_KEPT });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(key: string): Value | undefined {
    const kept = this.#kept.get(key);
    if (!kept || this.#clock() >= kept.until || this.#isChanging(kept.subject)) return undefined;
    return kept.value;
  }

  keep(key: string, value: Value, { asked, freshMs = KEPT_MS, about: subject = key }: Answered): void {
    if (this.#isChanging(subject)) return;
    this.#kept.set(key, { value, subject, until: asked + Math.min(freshMs, KEPT_MS) });
  }

  /** What was kept of it before has ended when this has. */
  changed(subject: string): void {
    this.#changed.set(subject, this.#clock() + KEPT_MS);
  }

  #isChanging(subject: string): boolean {
    return this.#clock() < (this.#changed.get(subject) ?? Number.NEGATIVE_INFINITY);
  }
}
