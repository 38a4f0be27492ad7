import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Clock } from "../../../actors/runtime/ports.ts";

type Known = { readonly proof: Buffer; readonly hash: string };

/** Passwords that were found right, without the passwords: keyed digests, under a key of this process. */
export class PasswordCache {
  readonly #key = randomBytes(32);
  readonly #known: LRUCache<string, Known>;

  constructor(max: number, ttl: number, clock: Clock) {
    this.#known = new LRUCache({ max, ttl, ttlResolution: 0, perf: { now: clock } });
  }

  matches(gatewayId: string, password: Uint8Array): boolean {
    const known = this.#known.get(gatewayId);
    return known !== undefined && timingSafeEqual(known.proof, this.#proofOf(password));
  }

  remember(gatewayId: string, password: Uint8Array, hash: string): void {
    this.#known.set(gatewayId, { proof: this.#proofOf(password), hash });
  }

  /** The registry has this hash: what was checked against another one is out of date. */
  confirm(gatewayId: string, hash: string | null): void {
    if (this.#known.peek(gatewayId)?.hash !== hash) this.#known.delete(gatewayId);
  }

  forget(gatewayId: string): void {
    this.#known.delete(gatewayId);
  }

  #proofOf(password: Uint8Array): Buffer {
    return createHmac("sha256", this.#key).update(password).digest();
  }
}
