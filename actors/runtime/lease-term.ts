import { FILL_WINDOW_MS, type Lease, leaseKey, MAX_TTL_MS } from "./cache.ts";
import type { Change, PartitionRef } from "./ports.ts";

/** After this time every copy of what was lent is gone by itself. */
export const LENT_MS = MAX_TTL_MS + FILL_WINDOW_MS;

/** What an owner knows of one partition's entries in the cache. Times are of a monotonic clock, in milliseconds. */
export class LeaseTerm {
  readonly ref: PartitionRef;
  /** Somebody reads for the cache: the lease is worth renewing until then. */
  wantedUntil = Number.NEGATIVE_INFINITY;
  /** From here on no reader sees what was lent, whatever has become of requests on their way. */
  endsAt = Number.NEGATIVE_INFINITY;
  /** The life of the cache that has the lease. */
  life = "";
  #isEnding = false;
  #grantedUntil = Number.NEGATIVE_INFINITY;
  #number = 0;
  #lent = new Set<string>();
  #lentBefore = new Set<string>();
  #lentSince = Number.NEGATIVE_INFINITY;

  constructor(ref: PartitionRef) {
    this.ref = ref;
  }

  get token(): string {
    return `${this.ref.epoch}.${this.#number}`;
  }

  get lease(): Lease {
    const { type, partition, epoch } = this.ref;
    return { key: leaseKey(type, partition), epoch, token: this.token };
  }

  /** An invalidation was not confirmed: nothing is lent, and the lease is not renewed before it has ended. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /**
   * The lease is about to be asked for; false when it must not be. Another life of the cache has none as long as
   * the one before may still count.
   */
  ask(life: string, now: number, until: number): boolean {
    if (now >= this.endsAt) this.#beginAnew();
    if (this.#isEnding || (life !== this.life && now < this.endsAt)) return false;
    this.life = life;
    this.endsAt = Math.max(this.endsAt, until);
    return true;
  }

  granted(until: number): void {
    this.#grantedUntil = until;
  }

  /** Notes a reader who may cache the actor's view; the token is undefined when it may not. */
  lend(actorId: string, now: number): string | undefined {
    if (this.#isEnding || now >= this.#grantedUntil) return undefined;
    if (now >= this.#lentSince + LENT_MS) {
      [this.#lentBefore, this.#lent, this.#lentSince] = [this.#lent, new Set(), now];
    }
    this.#lent.add(actorId);
    return this.token;
  }

  /** Of the changed actors those that were lent; they no longer count as lent. */
  take(changes: readonly Change[], now: number): string[] {
    if (now >= this.endsAt || this.#lent.size + this.#lentBefore.size === 0) return [];
    return changes.map(({ actorId }) => actorId).filter((actorId) => this.#forget(actorId));
  }

  /** They are still in the cache: they count as lent until the lease has ended. */
  fail(actorIds: readonly string[]): void {
    this.#isEnding = true;
    for (const actorId of actorIds) this.#lent.add(actorId);
  }

  #forget(actorId: string): boolean {
    const isLent = this.#lent.delete(actorId);
    return this.#lentBefore.delete(actorId) || isLent;
  }

  /** What was lent under the old token stays out of sight for ever. */
  #beginAnew(): void {
    this.#isEnding = false;
    this.#number += 1;
    this.#lent.clear();
    this.#lentBefore.clear();
  }
}
