import { randomBytes } from "node:crypto";
import type { Context } from "moleculer";
import type { Params } from "../../../actors/contracts/contract.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import { actions } from "../../../mixins/bridge.ts";
import { callerOf } from "../../../mixins/caller.ts";
import { userName } from "./holders.ts";
import { pageOf } from "./list.ts";
import type { AccessParts } from "./parts.ts";
import { newPasswordHash, type PasswordCheck } from "./passwords.ts";
import { addressSource } from "./source.ts";
import { type UserRow, userOf } from "./users.ts";

const FIELDS = ["userId", "displayName", "role", "disabled", "createTime", "updateTime"];
const MAX_TRIES = 20;

/** The users, for admins; and each one's own password. */
export function userActions(parts: AccessParts, passwordOf: PasswordCheck) {
  const { users, sessions, clock, revoke } = parts;

  async function get(userId: string): Promise<UserRow> {
    const user = await users.find(userId);
    if (!user) throw new DomainError("USER_NOT_FOUND", { userId });
    return user;
  }

  async function endSessions(context: Context, userId: string): Promise<void> {
    await sessions.remove({ userId });
    await revoke(context, userName(userId));
  }

  async function update({ userId, password, ...given }: Params<"users.update">): Promise<UserRow> {
    const isEnd = password !== undefined || given.disabled === true;
    const secret = password === undefined ? {} : { passwordHash: await newPasswordHash(password) };
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const user = await get(userId);
      const change = { ...given, ...secret, ...marks(user, clock(), isEnd) };
      if (await users.change(user, change)) return { ...user, ...change };
    }
    throw new DomainError("OVERLOADED");
  }

  return actions("users", {
    async create({ userId = newUserId(), displayName = "", role, password }) {
      const now = clock();
      const passwordHash = await newPasswordHash(password);
      const times = { generation: now, createTime: now, updateTime: now };
      const user = { userId, displayName, role, passwordHash, disabled: false, ...times };
      if (!(await users.add(user))) throw new DomainError("USER_EXISTS", { userId });
      return userOf(user);
    },
    get: async ({ userId }) => userOf(await get(userId)),
    async list(params) {
      const listed = { collection: "users", id: "userId", fields: FIELDS } as const;
      const page = await pageOf({ ...listed, after: users.after, resourceOf: userOf }, params);
      return { users: page.resources, nextPageToken: page.nextPageToken };
    },
    async update(params, context) {
      const { userId, role, disabled, password } = params;
      if (disabled || (role !== undefined && role !== "admin")) refuseOwn(context, userId, "This change");
      const user = await update(params);
      if (disabled || password !== undefined) await endSessions(context, userId);
      else await revoke(context, userName(userId));
      return userOf(user);
    },
    async delete({ userId }, context) {
      refuseOwn(context, userId, "The deletion");
      if (!(await users.remove(userId))) throw new DomainError("USER_NOT_FOUND", { userId });
      await endSessions(context, userId);
      return null;
    },
    async changePassword({ userId, currentPassword, newPassword }, context) {
      const permission = "users.update";
      if (callerOf(context)?.name !== userName(userId))
        throw new DomainError("PERMISSION_DENIED", { permission });
      const user = await passwordOf(userId, currentPassword, addressSource(addressIn(context)));
      if (!user) throw wrongCurrent();
      const change = { passwordHash: await newPasswordHash(newPassword), ...marks(user, clock(), true) };
      if (!(await users.change(user, change))) throw wrongCurrent();
      await endSessions(context, userId);
      return userOf({ ...user, ...change });
    },
  });
}

/** Where the request came from, as the open API says. */
export function addressIn({ meta }: Context): string | undefined {
  return "address" in meta && typeof meta.address === "string" ? meta.address : undefined;
}

/** `isEnd`: of all sessions, those too that are just being made. */
function marks({ updateTime, generation }: UserRow, now: number, isEnd: boolean) {
  return {
    updateTime: Math.max(now, updateTime + 1),
    ...(isEnd && { generation: Math.max(now, generation + 1) }),
  };
}

function wrongCurrent(): DomainError {
  const [field, description] = ["currentPassword", "is wrong"];
  return new DomainError("INVALID_ARGUMENT", { problem: `${field} ${description}` }, [
    { field, description },
  ]);
}

/** 48 random bits. */
function newUserId(): string {
  return `user-${randomBytes(6).toString("hex")}`;
}

/** An admin could undo it, but would have to find out first why nothing works any more. */
function refuseOwn(context: Context, userId: string, what: string): void {
  if (callerOf(context)?.name === userName(userId)) throw new DomainError("OWN_ACCESS", { what });
}
