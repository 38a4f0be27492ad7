import { createHash } from "node:crypto";
import { DomainError } from "../../actors/contracts/errors.ts";
import type { Answer } from "./answer.ts";

/** What was answered, and to which request. */
export type KeptAnswer = { readonly fingerprint: string; readonly answer: Answer };

/** Keeps answers for 24 h. The key is asked for because the answer, which may hold a secret, is sealed with it. */
export type IdempotencyStore = {
  load(id: string, key: string): Promise<KeptAnswer | undefined>;
  save(id: string, key: string, kept: KeptAnswer): Promise<void>;
};

export type Idempotency = {
  /** Runs `perform` for the first request of a principal with a key; the others get its answer. */
  once(principal: string, key: string, fingerprint: string, perform: () => Promise<Answer>): Promise<Answer>;
};

type Running = { readonly fingerprint: string; readonly answer: Promise<Answer> };

export function idempotency(store: IdempotencyStore): Idempotency {
  const running = new Map<string, Running>();

  async function first(id: string, key: string, fingerprint: string, perform: () => Promise<Answer>) {
    const kept = await store.load(id, key);
    if (kept) return same(kept, fingerprint).answer;
    const answer = await perform();
    if (isFinal(answer)) await store.save(id, key, { fingerprint, answer });
    return answer;
  }

  return {
    async once(principal, key, fingerprint, perform) {
      const id = digestOf("answer", principal, key);
      const other = running.get(id);
      if (other) return same(other, fingerprint).answer;
      const answer = first(id, key, fingerprint, perform).finally(() => running.delete(id));
      running.set(id, { fingerprint, answer });
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
