import { createHmac, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import { verifyPassword } from "../../mixins/password.ts";
import type { ApiKey, ApiKeys } from "./api-keys.ts";
import { boundedQueue } from "./bounded-queue.ts";

/** A key and when, for how long, its row need not be looked at again. */
type Verified = { readonly key: ApiKey; readonly freshUntil: number };

type TokenCheck = (token: string) => Promise<ApiKey | undefined>;

const FRESH_MS = 30_000;
const WRONG_MS = 10_000;
const MAX_KNOWN = 10_000;

/**
 * Hashing is slow on purpose, so wrong tokens in masses may not hold up the right ones: a token that was right
 * once is known by its digest, under a key that dies with this process, until its row says otherwise.
 */
export function tokenCheck(keys: Pick<ApiKeys, "all" | "find">, clock: () => number): TokenCheck {
  const secret = randomBytes(32);
  const verified = new LRUCache<string, Verified>({ max: MAX_KNOWN });
  const wrong = new LRUCache<string, true>({
    max: MAX_KNOWN,
    ttl: WRONG_MS,
    ttlResolution: 0,
    perf: { now: clock },
  });
  const running = new Map<string, Promise<ApiKey | undefined>>();
  const inTurn = boundedQueue(2, 32);

  async function check(digest: string, token: string): Promise<ApiKey | undefined> {
    const known = verified.get(digest);
    const key = (known && (await unchanged(keys, known.key))) ?? (await inTurn(() => keyOf(keys, token)));
    if (key) verified.set(digest, { key, freshUntil: clock() + FRESH_MS });
    else {
      verified.delete(digest);
      wrong.set(digest, true);
    }
    return key;
  }

  return async (token) => {
    const digest = createHmac("sha256", secret).update(token).digest("base64url");
    const known = verified.get(digest);
    if (known && clock() < known.freshUntil) return known.key;
    if (wrong.has(digest)) return undefined;
    const checking = running.get(digest) ?? check(digest, token).finally(() => running.delete(digest));
    running.set(digest, checking);
    return checking;
  };
}

async function unchanged(
  keys: Pick<ApiKeys, "all" | "find">,
  { keyId, tokenHash }: ApiKey,
): Promise<ApiKey | undefined> {
  const key = await keys.find(keyId);
  return key?.tokenHash === tokenHash ? key : undefined;
}

async function keyOf(keys: Pick<ApiKeys, "all" | "find">, token: string): Promise<ApiKey | undefined> {
  for (const key of await keys.all()) {
    if (await verifyPassword(token, key.tokenHash)) return key;
  }
  return undefined;
}
