import { CHOSEN_SECRET_COST, hashPassword, verifyPassword } from "../../../mixins/password.ts";
import { boundedQueue } from "./bounded-queue.ts";
import type { Source } from "./failure-limit.ts";
import type { AccessParts } from "./parts.ts";
import type { UserRow } from "./users.ts";

/** The user whose password it is; undefined when it is not, or the user may not sign in. Throws RATE_LIMITED. */
export type PasswordCheck = (
  userId: string,
  password: string,
  from: readonly Source[],
) => Promise<UserRow | undefined>;

export function passwordCheck({ users, limit, counters }: AccessParts): PasswordCheck {
  const inTurn = boundedQueue(2, 32);
  /** Of nobody: who does not exist takes as long as who does. */
  let nobody: Promise<string> | undefined;

  async function check(userId: string, password: string): Promise<UserRow | undefined> {
    nobody ??= newPasswordHash("");
    const user = await users.find(userId);
    const isRight = await verifyPassword(password, user?.passwordHash ?? (await nobody));
    return isRight && !user?.disabled ? user : undefined;
  }

  return async (userId, password, from) => {
    const sources = [...from, { by: "user", name: userId } as const];
    const user = await limit.attempt(sources, () => inTurn(() => check(userId, password)));
    if (!user) counters.count("gateway_twin.access.failures.total", { what: "password" });
    return user;
  };
}

export function newPasswordHash(password: string): Promise<string> {
  return hashPassword(password, CHOSEN_SECRET_COST);
}
