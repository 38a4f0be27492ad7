import { hash, randomBytes } from "node:crypto";
import type { Principal } from "../../actors/contracts/access.ts";
import type { Result } from "../../actors/contracts/contract.ts";
import type { Clock } from "../../actors/runtime/ports.ts";
import { ShortMemory } from "../../mixins/short-memory.ts";

/** Whose tokens were right a moment ago, so that not each request asks who sends it. No token itself is kept. */
export class KnownCallers {
  readonly #clock: Clock;
  readonly #secret = randomBytes(32).toString("hex");
  readonly #holders: ShortMemory<Principal>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#holders = new ShortMemory(clock);
  }

  /** Null for a wrong token; `ask`: the access service. */
  async holderOf(
    token: string,
    ask: () => Promise<Result<"access.authenticate">>,
  ): Promise<Principal | null> {
    const digest = hash("sha256", this.#secret + token, "base64url");
    const known = this.#holders.get(digest);
    if (known) return known;
    const asked = this.#clock();
    const { principal, freshMs = 0 } = await ask();
    if (principal) this.#holders.keep(digest, principal, { asked, freshMs, about: principal.name });
    return principal;
  }

  /** Of each of these something was taken away. */
  revoked(names: readonly string[]): void {
    for (const name of names) this.#holders.changed(name);
  }
}
