import { isGatewayId } from "../../../actors/contracts/ids.ts";
import type { SharedCounters } from "../../../actors/runtime/cache.ts";
import type { Clock } from "../../../actors/runtime/ports.ts";
import { WorkQueue } from "../ingest/work-queue.ts";
import { FailureLimiter } from "./failure-limiter.ts";
import { PasswordCache } from "./password-cache.ts";
import type { FrontSettings } from "./settings.ts";

type Verdict = "accepted" | "wrong" | "limited" | "unavailable";
type Credentials = { readonly gatewayId: string; readonly password: Uint8Array };

export type AuthenticatorOptions = {
  /** The registry's hash of a gateway's password; null when there is no such gateway. */
  readonly passwordHash: (gatewayId: string) => Promise<string | null>;
  readonly verify: (password: string, hash: string) => Promise<boolean>;
  /** A hash of nothing anybody knows, as costly to check as the real ones. */
  readonly dummyHash: string;
  /** Of passwords per gateway, of all fronts. Without the others it counts those of this one: it never rejects. */
  readonly attempts: SharedCounters;
  readonly settings: FrontSettings;
  readonly clock: Clock;
};

const PASSWORD_BYTES = 1024;

/** A check that is going on; its result is worth nothing once the credentials are revoked. */
type Check = { readonly gatewayId: string; isRevoked: boolean };

/** Knows gateways by their passwords, or their certificates. A known password costs no hashing, so a flood of wrong ones is not felt. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #cache: PasswordCache;
  readonly #limiter: FailureLimiter;
  readonly #hashing: WorkQueue;
  readonly #checks = new Set<Check>();

  constructor(options: AuthenticatorOptions) {
    const { settings, clock, attempts } = options;
    this.#options = options;
    this.#cache = new PasswordCache(settings.credentialsKept, settings.credentialTtlMs, clock);
    this.#limiter = new FailureLimiter(attempts, settings.failures, settings.failureWindowMs);
    this.#hashing = new WorkQueue(settings.passwordChecksAtOnce);
  }

  /** `isWanted` is asked before the costly part: the client may have gone. */
  async check({ gatewayId, password }: Credentials, isWanted: () => boolean): Promise<Verdict> {
    if (!isGatewayId(gatewayId) || password.length > PASSWORD_BYTES) return "wrong";
    if (this.#cache.matches(gatewayId, password)) return "accepted";
    return this.#checked(gatewayId, async (check) => {
      try {
        if (!(await this.#limiter.mayTry(gatewayId))) return "limited";
        return await this.#verify(check, password, isWanted);
      } catch {
        this.#limiter.clear(gatewayId);
        return "unavailable";
      }
    });
  }

  /** Of a gateway whose verified certificate stands for its password: it must exist all the same. */
  async checkCertified(gatewayId: string): Promise<Verdict> {
    if (!isGatewayId(gatewayId)) return "wrong";
    return this.#checked(gatewayId, async (check) => {
      const hash = await this.#options.passwordHash(gatewayId);
      if (check.isRevoked) return "unavailable";
      return hash === null ? "wrong" : "accepted";
    });
  }

  revoke(gatewayId: string): void {
    this.#cache.forget(gatewayId);
    this.#limiter.clear(gatewayId);
    for (const check of this.#checks) if (check.gatewayId === gatewayId) check.isRevoked = true;
  }

  async #checked(gatewayId: string, work: (check: Check) => Promise<Verdict>): Promise<Verdict> {
    if (this.#checks.size >= this.#options.settings.passwordChecks) return "unavailable";
    const check = { gatewayId, isRevoked: false };
    this.#checks.add(check);
    try {
      return await work(check);
    } finally {
      this.#checks.delete(check);
    }
  }

  async #verify(check: Check, password: Uint8Array, isWanted: () => boolean): Promise<Verdict> {
    const { gatewayId } = check;
    if (check.isRevoked || !isWanted()) return "unavailable";
    const hash = await this.#options.passwordHash(gatewayId);
    this.#cache.confirm(gatewayId, hash);
    const isRight = await this.#hashing.run(async () => isWanted() && this.#isRight(password, hash));
    if (check.isRevoked) return "unavailable";
    if (!isRight || hash === null) return "wrong";
    this.#cache.remember(gatewayId, password, hash);
    this.#limiter.clear(gatewayId);
    return "accepted";
  }

  /** An unknown gateway takes as long as a wrong password. */
  async #isRight(password: Uint8Array, hash: string | null): Promise<boolean> {
    const text = Buffer.from(password).toString();
    return this.#options.verify(text, hash ?? this.#options.dummyHash);
  }
}
