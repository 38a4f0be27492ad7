import { ANYONE, type Principal } from "../../../actors/contracts/access.ts";
import type { Params } from "../../../actors/contracts/contract.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import { roleVerdict } from "../../../actors/contracts/permissions.ts";
import { actions, call } from "../../../mixins/bridge.ts";
import { callerOf } from "../../../mixins/caller.ts";
import { GatewayScope } from "../../../mixins/gateway-scope.ts";
import type { AccessParts } from "./parts.ts";

type Asked = Pick<Principal, "role" | "gatewayFilter">;

/** May somebody do something, and which rule says so? The same decision as the open API makes. */
export function permissionActions({ keys, clock }: AccessParts) {
  const scope = new GatewayScope();

  async function byKey(keyId: string): Promise<Asked | "expired"> {
    const key = await keys.find(keyId);
    if (!key) throw new DomainError("API_KEY_NOT_FOUND", { keyId });
    return key.expireTime !== null && key.expireTime <= clock() ? "expired" : key;
  }

  async function askedFor(
    { role, keyId }: Params<"permissions.check">,
    caller: Principal,
  ): Promise<Asked | "expired"> {
    if (role === undefined && keyId === undefined) return caller;
    requireSightOfKeys(caller);
    if (role !== undefined && keyId !== undefined) throw oneOnly();
    return keyId === undefined ? { role: role ?? caller.role } : byKey(keyId);
  }

  return actions("permissions", {
    async check(params, context) {
      const asked = await askedFor(params, callerOf(context) ?? ANYONE);
      if (asked === "expired") return { allowed: false, rule: "The key has expired." };
      const find = (gatewayId: string) => call(context, "gateways.get", { gatewayId });
      const { allowed, rule } = await scope.decide(asked, params.permission, params.gatewayId, find);
      return { allowed, rule };
    },
  });
}

function requireSightOfKeys({ role, gatewayFilter }: Principal): void {
  const permission = "api-keys.get";
  if (!roleVerdict(role, permission).allowed || gatewayFilter)
    throw new DomainError("PERMISSION_DENIED", { permission });
}

function oneOnly(): DomainError {
  const description = "cannot be given together with role";
  return new DomainError("INVALID_ARGUMENT", { problem: `keyId ${description}` }, [
    { field: "keyId", description },
  ]);
}
