import type { Exclusion } from "./signals.ts";

/** What was given away by hand stays away for a while. */
export class Exclusions {
  readonly #durationMs: number;
  readonly #monotonic: () => number;
  #entries: (Exclusion & { readonly until: number })[] = [];

  constructor(durationMs: number, monotonic: () => number) {
    this.#durationMs = durationMs;
    this.#monotonic = monotonic;
  }

  add(exclusion: Exclusion): void {
    const now = this.#monotonic();
    this.#entries = this.#entries.filter(({ until }) => until > now);
    this.#entries.push({ ...exclusion, until: now + this.#durationMs });
  }

  has({ type, partition, nodeId }: Exclusion): boolean {
    const now = this.#monotonic();
    return this.#entries.some(
      (one) => one.until > now && one.partition === partition && one.nodeId === nodeId && one.type === type,
    );
  }
}
