import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { DomainError } from "../../actors/contracts/errors.ts";
import { failureOfThrown } from "../../mixins/call-failure.ts";
import type { Answer } from "./answer.ts";

/** A key as the store knows it, and the key itself: what is stored, which may hold a secret, is sealed with it. */
export type Slot = { readonly id: string; readonly key: string };

/** What was answered, and to which request; no answer as long as there is none. */
export type KeptAnswer = { readonly fingerprint: string; readonly answer?: Answer };

/** What the store has of a key. */
export type Entry = KeptAnswer & {
  /** Names who claimed the key last. */
  readonly claim: string;
  /** That claim has not ended. */
  readonly isRunning: boolean;
};

/** Shared by all nodes. A claim ends with an answer, by being released, or by itself when it was not renewed. */
export type IdempotencyStore = {
  /** How long a claim lasts without being renewed. */
  readonly leaseMs: number;
  /** Of the last 24 h. */
  load(slot: Slot): Promise<Entry | undefined>;
  /** Takes a key that is new, or else after the claim `ended`; undefined when somebody else has it. */
  claim(slot: Slot, fingerprint: string, ended?: string): Promise<string | undefined>;
  renew(slot: Slot, claim: string): Promise<void>;
  /** For 24 h. */
  keep(slot: Slot, claim: string, kept: KeptAnswer): Promise<void>;
  release(slot: Slot, claim: string): Promise<void>;
};

export type Idempotency = {
  /**
   * Runs `perform` for the first request of a principal with a key; the others get its answer, wherever they are.
   * Throws IDEMPOTENCY_KEY_REUSED for another request, and IDEMPOTENCY_KEY_IN_USE when they waited too long.
   */
  once(principal: string, key: string, fingerprint: string, perform: () => Promise<Answer>): Promise<Answer>;
};

type Request = {
  readonly slot: Slot;
  readonly fingerprint: string;
  readonly perform: () => Promise<Answer>;
};
/** An answer, or what stands in its way. */
type Attempt = { readonly answer?: Answer | undefined; readonly entry?: Entry | undefined };
type Running = { readonly fingerprint: string; readonly answer: Promise<Answer> };

const FIRST_PAUSE_MS = 10;
const LAST_PAUSE_MS = 200;

/** `waitMs`: how long a request waits for the answer of another one. */
export function idempotency(store: IdempotencyStore, waitMs: number): Idempotency {
  /** Of this node, so that many requests are one to the store. */
  const running = new Map<string, Running>();

  /** The answer of whoever has the key, or of this request as soon as nobody has it. */
  async function settled(request: Request): Promise<Answer> {
    const deadline = performance.now() + waitMs;
    let seen: Entry | undefined;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LAST_PAUSE_MS)) {
      const { answer, entry } = await attempt(request, seen);
      if (answer) return answer;
      if (performance.now() + pause >= deadline) throw new DomainError("IDEMPOTENCY_KEY_IN_USE");
      await delay(pause);
      seen = entry;
    }
  }

  async function attempt(request: Request, seen: Entry | undefined): Promise<Attempt> {
    const claim = seen?.isRunning ? undefined : await claimed(request, seen);
    if (claim !== undefined) return { answer: await answered(request, claim) };
    const entry = await store.load(request.slot);
    return { entry, answer: entry && same(entry, request.fingerprint).answer };
  }

  /** A claim that took so long that it may have ended already is none. */
  async function claimed({ slot, fingerprint }: Request, seen: Entry | undefined) {
    const asked = performance.now();
    const claim = await store.claim(slot, fingerprint, seen?.claim);
    return performance.now() - asked < store.leaseMs ? claim : undefined;
  }

  async function answered({ slot, fingerprint, perform }: Request, claim: string): Promise<Answer> {
    // The next one may succeed; if none does, others take the node for dead.
    const renew = () => void store.renew(slot, claim).catch(() => undefined);
    const renewing = setInterval(renew, store.leaseMs / 3);
    try {
      const answer = await performed(slot, claim, perform);
      if (isFinal(answer)) await store.keep(slot, claim, { fingerprint, answer });
      else await store.release(slot, claim);
      return answer;
    } finally {
      clearInterval(renewing);
    }
  }

  async function performed(slot: Slot, claim: string, perform: Request["perform"]): Promise<Answer> {
    try {
      return await perform();
    } catch (error) {
      // What may still go on somewhere keeps others out for the rest of the claim, which ends by itself.
      if (!failureOfThrown(error)?.mayBeDone) await store.release(slot, claim).catch(() => undefined);
      throw error;
    }
  }

  return {
    async once(principal, key, fingerprint, perform) {
      const slot = { id: digestOf("answer", principal, key), key };
      const other = running.get(slot.id);
      if (other) return same(other, fingerprint).answer;
      const answer = settled({ slot, fingerprint, perform }).finally(() => running.delete(slot.id));
      running.set(slot.id, { fingerprint, answer });
      return answer;
    },
  };
}

function same<Known extends { readonly fingerprint: string }>(known: Known, fingerprint: string): Known {
  if (known.fingerprint === fingerprint) return known;
  throw new DomainError("IDEMPOTENCY_KEY_REUSED");
}

/** Not what another try, or another token, may change. */
function isFinal({ status }: Answer): boolean {
  return status < 500 && status !== 401 && status !== 403 && status !== 429;
}

/** One text for several that cannot be had from others. */
export function digestOf(...texts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text.length}:`).update(text);
  return hash.digest("base64url");
}
