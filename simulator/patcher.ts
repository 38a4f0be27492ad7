import type { Member } from "./member.ts";
import { type RestClient, RestError } from "./rest-client.ts";
import type { Wish } from "./scenario.ts";

const MAX_IN_FLIGHT = 64;

/** Changes the desired state of members, at the pace of the wishes; waits when the server falls behind. */
export class Patcher {
  ok = 0;
  failed = 0;
  lastError: string | undefined;
  readonly #rest: RestClient;
  readonly #wishes: Iterator<Wish, void>;
  readonly #inFlight = new Set<Promise<void>>();
  #next: Wish | undefined;

  constructor(rest: RestClient, wishes: Iterator<Wish, void>) {
    this.#rest = rest;
    this.#wishes = wishes;
    this.#next = wishes.next().value ?? undefined;
  }

  live(members: readonly Member[], elapsed: number): void {
    while (this.#next && this.#next.at <= elapsed && this.#inFlight.size < MAX_IN_FLIGHT) {
      const member = members[this.#next.member % members.length];
      if (!member) return;
      this.#start(member, this.#next);
      this.#next = this.#wishes.next().value ?? undefined;
    }
  }

  async drained(): Promise<void> {
    await Promise.all(this.#inFlight);
  }

  #start(member: Member, wish: Wish): void {
    const request = this.#patch(member, wish).finally(() => this.#inFlight.delete(request));
    this.#inFlight.add(request);
  }

  async #patch(member: Member, { patch }: Wish): Promise<void> {
    try {
      const twin = await this.#rest.patchDesired(member.gateway.id, patch);
      member.patchedVersion = Math.max(member.patchedVersion, twin.desired.version);
      this.ok++;
    } catch (error) {
      this.failed++;
      this.lastError = error instanceof RestError ? error.message : String(error);
    }
  }
}
