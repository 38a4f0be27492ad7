import { hash, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import { boundedQueue } from "./bounded-queue.ts";
import type { FailureLimit, Source } from "./failure-limit.ts";
import type { Holder } from "./holders.ts";
import { type TokenId, tokenIdOf } from "./tokens.ts";

/** Who holds a token, and until when the row need not be looked at again. */
type Known = { readonly holder: Holder; readonly freshUntil: number };

type TokenCheckOptions = {
  readonly holderOf: (id: TokenId, token: string) => Promise<Holder | undefined>;
  readonly bootstrapHolder: (token: string, known: Holder | undefined) => Promise<Holder | undefined>;
  readonly limit: Pick<FailureLimit, "attempt" | "failed">;
  /** Told of every token that was wrong. */
  readonly onWrong: () => void;
  readonly clock: () => number;
};

/** A token that is worth nothing any more is taken for so long where nobody tells that. */
const FRESH_MS = 2000;
const WRONG_MS = 10_000;
const MAX_KNOWN = 10_000;

/**
 * Right tokens are known by their digest, under a key that dies with this process, so that they are not looked for all
 * the time, and wrong ones in masses do not hold them up. Who knows the beginning of a token cannot keep its holder
 * out: a token that was made here is always looked at, for nobody can guess it.
 */
export class TokenCheck {
  readonly #options: TokenCheckOptions;
  readonly #secret = randomBytes(32).toString("hex");
  readonly #known = new LRUCache<string, Known>({ max: MAX_KNOWN });
  readonly #wrong: LRUCache<string, true>;
  readonly #running = new Map<string, Promise<Known | undefined>>();
  readonly #inTurn = boundedQueue(2, 32);
  /** Grows with every revocation. */
  #revocations = 0;

  constructor(options: TokenCheckOptions) {
    this.#options = options;
    this.#wrong = new LRUCache({
      max: MAX_KNOWN,
      ttl: WRONG_MS,
      ttlResolution: 0,
      perf: { now: options.clock },
    });
  }

  /** Undefined for a wrong token. Throws RATE_LIMITED when there were too many of those. */
  async holder(token: string, from: readonly Source[]): Promise<Known | undefined> {
    const digest = hash("sha256", this.#secret + token, "base64url");
    const kept = this.#known.get(digest);
    const known = kept && this.#now < kept.freshUntil ? kept : await this.#looked(digest, token, from);
    return known && this.#now < known.holder.expireTime ? known : undefined;
  }

  /** The tokens of these principals are looked at anew. */
  forget(names: readonly string[]): void {
    this.#revocations += 1;
    // What runs now may have looked before.
    this.#running.clear();
    for (const [digest, { holder }] of this.#known) {
      if (names.includes(holder.principal.name)) this.#known.delete(digest);
    }
  }

  get #now(): number {
    return this.#options.clock();
  }

  #looked(digest: string, token: string, from: readonly Source[]): Promise<Known | undefined> {
    if (this.#wrong.has(digest)) return Promise.resolve(undefined);
    const other = this.#running.get(digest);
    if (other) return other;
    const looking = this.#look(digest, token, from).finally(() => {
      if (this.#running.get(digest) === looking) this.#running.delete(digest);
    });
    this.#running.set(digest, looking);
    return looking;
  }

  async #look(digest: string, token: string, from: readonly Source[]): Promise<Known | undefined> {
    const revocations = this.#revocations;
    const holder = await this.#found(token, this.#known.get(digest)?.holder, from);
    if (!holder) {
      this.#known.delete(digest);
      this.#wrong.set(digest, true);
      this.#options.onWrong();
      return undefined;
    }
    if (revocations !== this.#revocations) return { holder, freshUntil: this.#now };
    const known = { holder, freshUntil: this.#now + FRESH_MS };
    this.#known.set(digest, known);
    return known;
  }

  async #found(
    token: string,
    known: Holder | undefined,
    from: readonly Source[],
  ): Promise<Holder | undefined> {
    const { holderOf, bootstrapHolder, limit } = this.#options;
    const id = tokenIdOf(token);
    if (!id) {
      const verify = () => bootstrapHolder(token, known);
      return known ? verify() : limit.attempt(from, () => this.#inTurn(verify));
    }
    const holder = await holderOf(id, token);
    if (!holder) await limit.failed([...from, { by: "key", name: id.id }]);
    return holder;
  }
}
