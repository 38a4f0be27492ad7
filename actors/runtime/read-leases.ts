import { setTimeout as delay } from "node:timers/promises";
import { type Cache, viewKey } from "./cache.ts";
import { LENT_MS, LeaseTerm } from "./lease-term.ts";
import { placeKey } from "./partition-map.ts";
import type { CommitRow, PartitionRef } from "./ports.ts";

type ReadLeasesOptions = {
  readonly cache: Cache;
  /** Whose views are cached. */
  readonly type: string;
  /** Milliseconds that only ever grow. */
  readonly clock: () => number;
  /** Whether this node may answer reads: false past the deadline of its session. */
  readonly mayServe: () => boolean;
};

/** How long a change may have to wait for a cache that does not answer. */
export const LEASE_MS = 1000;
const RENEW_MS = 300;
/** Clocks of two machines do not run at quite the same speed. */
const MARGIN_MS = 50;

type Taken = { readonly term: LeaseTerm; readonly actorIds: readonly string[] };

/**
 * Makes cached views of actors as good as the owner's own answers. The owner lends what it answers: a reader may
 * cache it under the token of the partition's lease, and believe what it finds there while the cache has that lease.
 * After a commit the owner removes what was lent of it before anybody is told. When that can not be confirmed it
 * lets the lease end, and waits until then. What was never lent costs nothing.
 */
export class ReadLeases {
  readonly #options: ReadLeasesOptions;
  readonly #terms = new Map<string, LeaseTerm>();
  #timer: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;
  #invalidated = 0;
  #unconfirmed = 0;

  constructor(options: ReadLeasesOptions) {
    this.#options = options;
  }

  /** Since the start: actors whose views were removed, and how often that could not be confirmed. */
  get counts(): { readonly invalidated: number; readonly unconfirmed: number } {
    return { invalidated: this.#invalidated, unconfirmed: this.#unconfirmed };
  }

  start(): void {
    this.#timer = setInterval(() => void this.#renew(), RENEW_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
  }

  /**
   * After a claim, before the first commit. Resolves when no reader sees anything that an earlier owner lent: its
   * lease is replaced or, with the cache away, has ended.
   */
  async open(refs: readonly PartitionRef[]): Promise<void> {
    const terms = refs.filter(({ type }) => type === this.#options.type).map((ref) => new LeaseTerm(ref));
    if (terms.length === 0) return;
    for (const term of terms) this.#terms.set(placeKey(term.ref), term);
    const ended = this.#options.clock() + LEASE_MS + MARGIN_MS;
    if (!(await this.#grant(terms))) await this.#until(ended);
  }

  /** The partition is no longer this node's. */
  close(type: string, partition: number): void {
    this.#terms.delete(placeKey({ type, partition }));
  }

  /** The token under which the answer of this moment may be cached; undefined: not now. */
  lend(type: string, partition: number, actorId: string): string | undefined {
    const term = this.#terms.get(placeKey({ type, partition }));
    if (!term || !this.#options.mayServe()) return undefined;
    const now = this.#options.clock();
    term.wantedUntil = now + LENT_MS;
    const token = term.lend(actorId, now);
    if (token === undefined) void this.#renew();
    return token;
  }

  /**
   * After the commit of these rows, before anybody is told of it. A promise when something was lent of them:
   * it resolves when no reader sees that any more. The next rows of a partition must wait for it.
   */
  changed(rows: readonly CommitRow[]): Promise<unknown> | undefined {
    if (this.#terms.size === 0) return undefined;
    const taken: Taken[] = [];
    const now = this.#options.clock();
    for (const row of rows) {
      const term = this.#terms.get(placeKey(row));
      const actorIds = term?.take(row.changes, now);
      if (term && actorIds && actorIds.length > 0) taken.push({ term, actorIds });
    }
    if (taken.length > 0) return Promise.all(taken.map((each) => this.#invalidate(each)));
    return undefined;
  }

  async #invalidate({ term, actorIds }: Taken): Promise<void> {
    const keys = actorIds.map((actorId) => viewKey(term.ref.type, term.token, actorId));
    try {
      if (term.isEnding) throw new Error("an earlier invalidation was not confirmed");
      await this.#options.cache.invalidate(term.life, keys);
      this.#invalidated += keys.length;
    } catch {
      this.#unconfirmed += 1;
      term.fail(actorIds);
      await this.#until(term.endsAt);
    }
  }

  #renew(): Promise<void> {
    this.#renewing ??= this.#renewWanted().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renewWanted(): Promise<void> {
    const now = this.#options.clock();
    const wanted = [...this.#terms.values()].filter((term) => now < term.wantedUntil);
    if (wanted.length > 0) await this.#grant(wanted);
  }

  /** False when it is not certain that all have their lease. */
  async #grant(terms: readonly LeaseTerm[]): Promise<boolean> {
    const { cache, clock, mayServe } = this.#options;
    try {
      const seen = await cache.now();
      if (!mayServe()) return false;
      const now = clock();
      const until = now + LEASE_MS + MARGIN_MS;
      const asked = terms.filter((term) => term.ask(seen.life, now, until));
      await cache.lease(
        seen,
        asked.map(({ lease }) => lease),
        LEASE_MS,
      );
      for (const term of asked) term.granted(until);
      return asked.length === terms.length;
    } catch {
      return false;
    }
  }

  async #until(time: number): Promise<void> {
    for (let left = time - this.#options.clock(); left > 0; left = time - this.#options.clock()) {
      await delay(Math.ceil(left));
    }
  }
}
