import type { IncomingMessage } from "node:http";
import type { Context } from "moleculer";
import type { Principal } from "../../actors/contracts/access.ts";
import { ROLES, type Role } from "../../actors/contracts/action.ts";
import { DomainError } from "../../actors/contracts/errors.ts";
import { call } from "../../mixins/bridge.ts";
import { callAgain } from "./call-again.ts";
import { bearerTokenOf } from "./headers.ts";

/** Who sends the request; throws UNAUTHENTICATED. */
export async function authenticated(
  context: Context,
  request: IncomingMessage,
  timeoutMs: number,
): Promise<Principal> {
  const token = bearerTokenOf(request.headers.authorization);
  const authenticate = (timeout: number) => call(context, "access.authenticate", { token }, { timeout });
  const { principal } = await callAgain(authenticate, { timeoutMs, isRepeatable: true });
  if (!principal) throw new DomainError("UNAUTHENTICATED");
  return principal;
}

/** Throws PERMISSION_DENIED; the permission has the name of the action or the watch. */
export function authorize({ role }: Principal, needed: Role, permission: string): void {
  if (ROLES.indexOf(role) >= ROLES.indexOf(needed)) return;
  throw new DomainError("PERMISSION_DENIED", { permission });
}
