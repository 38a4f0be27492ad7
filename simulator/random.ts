/** A seeded generator (mulberry32). Same seed, same numbers; every gateway has its own. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    return mix(this.#state) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.int(0, choices.length - 1)] ?? choices[0];
  }

  /** The wait until the next of events that come at random, `perSecond` on average; Infinity for never. */
  waitMs(perSecond: number): number {
    return perSecond > 0 ? (-Math.log(1 - this.next()) / perSecond) * 1000 : Number.POSITIVE_INFINITY;
  }
}

/** Seeds of neighbours must be unrelated, else gateways 1 and 2 would walk in step. */
export function seedFor(runSeed: number, member: number): number {
  return mix((mix(runSeed >>> 0) + Math.imul(member + 1, 0x9e3779b9)) >>> 0);
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 15), value | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}
