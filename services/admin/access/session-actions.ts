import { DomainError } from "../../../actors/contracts/errors.ts";
import { actions } from "../../../mixins/bridge.ts";
import { callerOf } from "../../../mixins/caller.ts";
import type { AccessParts } from "./parts.ts";
import type { PasswordCheck } from "./passwords.ts";
import { addressSource } from "./source.ts";
import { newToken } from "./tokens.ts";
import { addressIn } from "./user-actions.ts";
import { userOf } from "./users.ts";

/** Used or not: a token that was lost is of no use for long. */
const SESSION_MS = 12 * 60 * 60 * 1000;

/** Signing in and out. */
export function sessionActions({ sessions, clock, revoke }: AccessParts, passwordOf: PasswordCheck) {
  return actions("sessions", {
    async create({ userId, password }, context) {
      const user = await passwordOf(userId, password, addressSource(addressIn(context)));
      if (!user) throw new DomainError("WRONG_PASSWORD");
      const { id: sessionId, token, tokenHash } = newToken("gts");
      const { generation } = user;
      const createTime = clock();
      const expireTime = createTime + SESSION_MS;
      await sessions.add({ sessionId, userId, tokenHash, generation, createTime, expireTime });
      return { token, expireTime: new Date(expireTime).toISOString(), user: userOf(user) };
    },
    async deleteCurrent(_, context) {
      const { name, sessionId } = callerOf(context) ?? {};
      if (name === undefined || sessionId === undefined) throw new DomainError("SESSION_NOT_FOUND");
      await sessions.remove({ sessionId });
      await revoke(context, name);
      return null;
    },
  });
}
