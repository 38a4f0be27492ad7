import { BOOTSTRAP, type Principal } from "../../../actors/contracts/access.ts";
import { verifyPassword } from "../../../mixins/password.ts";
import { type ApiKeyRow, type ApiKeys, BOOTSTRAP_KEY_ID } from "./api-keys.ts";
import type { Sessions } from "./sessions.ts";
import { isTokenOf, type TokenId } from "./tokens.ts";
import type { Users } from "./users.ts";

/** Whose a token is; until when, in epoch milliseconds. */
export type Holder = {
  readonly principal: Principal;
  readonly expireTime: number;
  /** Of the row that the token was found to belong to. */
  readonly tokenHash: string;
  readonly keyId?: string;
};

type Tables = {
  readonly keys: Pick<ApiKeys, "find">;
  readonly users: Pick<Users, "find">;
  readonly sessions: Pick<Sessions, "find">;
};

export const userName = (userId: string) => `user:${userId}`;
export const keyName = (keyId: string) => (keyId === BOOTSTRAP_KEY_ID ? BOOTSTRAP : `key:${keyId}`);

/** Of a token that was made here: one look at one row, and a quick hash. */
export async function holderOf(
  { keys, users, sessions }: Tables,
  { kind, id }: TokenId,
  token: string,
): Promise<Holder | undefined> {
  if (kind === "gtk") {
    const key = await keys.find(id);
    return key && isTokenOf(token, key.tokenHash) ? keyHolder(key) : undefined;
  }
  const session = await sessions.find(id);
  if (!session || !isTokenOf(token, session.tokenHash)) return undefined;
  const { userId, sessionId, tokenHash, expireTime, generation } = session;
  const user = await users.find(userId);
  if (!user || user.disabled || user.generation !== generation) return undefined;
  return { principal: { name: userName(userId), role: user.role, sessionId }, expireTime, tokenHash };
}

/** The bootstrap key's token may be what a person has chosen: then only a slow hash tells. */
export async function bootstrapHolder(
  { keys }: Pick<Tables, "keys">,
  token: string,
  known: Holder | undefined,
): Promise<Holder | undefined> {
  const key = await keys.find(BOOTSTRAP_KEY_ID);
  if (!key) return undefined;
  const isRight = known?.tokenHash === key.tokenHash || (await verifyPassword(token, key.tokenHash));
  return isRight ? keyHolder(key) : undefined;
}

function keyHolder({ keyId, role, gatewayFilter, expireTime, tokenHash }: ApiKeyRow): Holder {
  const filter = gatewayFilter === "" ? {} : { gatewayFilter };
  return {
    principal: { name: keyName(keyId), role, ...filter },
    expireTime: expireTime ?? Number.POSITIVE_INFINITY,
    tokenHash,
    keyId,
  };
}
