import type { IncomingMessage } from "node:http";
import type { Context } from "moleculer";
import { gatewayIdOf } from "../../actors/command/ids.ts";
import { ANYONE, type Principal } from "../../actors/contracts/access.ts";
import { DomainError } from "../../actors/contracts/errors.ts";
import { PERMISSIONS } from "../../actors/contracts/permissions.ts";
import { call } from "../../mixins/bridge.ts";
import type { Filter } from "../../mixins/filter/ast.ts";
import { parseFilter } from "../../mixins/filter/parse.ts";
import { printFilter } from "../../mixins/filter/print.ts";
import { GatewayScope } from "../../mixins/gateway-scope.ts";
import { callAgain } from "./call-again.ts";
import { bearerTokenOf } from "./headers.ts";
import type { KnownCallers } from "./known-callers.ts";
import { sourceAddressOf } from "./source-address.ts";

type Given = Readonly<Record<string, unknown>>;

/** Who may do what over REST, calls and watches alike: all of it is decided here. */
export type Access = {
  /** Where a request comes from. */
  addressOf(request: IncomingMessage): string;
  /** Who sends the request; throws UNAUTHENTICATED. */
  authenticated(context: Context, request: IncomingMessage, permission: string): Promise<Principal>;
  /** Throws PERMISSION_DENIED, and GATEWAY_NOT_FOUND for a gateway that the caller does not have. */
  authorize(
    context: Context,
    principal: Principal,
    permission: string,
    inPath: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** The params, kept to the gateways of the caller; throws as `authorize`. */
  narrowed(context: Context, principal: Principal, permission: string, params: Given): Promise<Given>;
};

type AccessOptions = {
  readonly timeoutMs: number;
  readonly trustedProxies?: number | undefined;
  readonly callers: KnownCallers;
};

/** The permission has the name of the action or the watch. */
export function access({ timeoutMs, trustedProxies = 0, callers }: AccessOptions): Access {
  const scope = new GatewayScope();
  const addressOf = (request: IncomingMessage) => sourceAddressOf(request, trustedProxies);

  async function require(context: Context, principal: Principal, permission: string, gatewayId?: string) {
    const find = (gatewayId: string) => call(context, "gateways.get", { gatewayId });
    const { allowed, isHidden } = await scope.decide(principal, permission, gatewayId, find);
    if (isHidden && gatewayId !== undefined) throw new DomainError("GATEWAY_NOT_FOUND", { gatewayId });
    if (!allowed) throw new DomainError("PERMISSION_DENIED", { permission });
  }

  return {
    addressOf,

    async authenticated(context, request, permission) {
      if (PERMISSIONS.get(permission)?.least === "anyone") return ANYONE;
      const token = bearerTokenOf(request.headers.authorization);
      const params = { token, address: addressOf(request) };
      const authenticate = (timeout: number) => call(context, "access.authenticate", params, { timeout });
      const principal = await callers.holderOf(token, () =>
        callAgain(authenticate, { timeoutMs, isRepeatable: true }),
      );
      if (!principal) throw new DomainError("UNAUTHENTICATED");
      return principal;
    },

    authorize: (context, principal, permission, inPath) =>
      require(context, principal, permission, gatewayIn(permission, inPath)),

    async narrowed(context, principal, permission, params) {
      const reach = PERMISSIONS.get(permission)?.reach;
      if (!principal.gatewayFilter || typeof reach !== "object") return params;
      if ("filter" in reach) return { ...params, filter: both(params.filter, principal.gatewayFilter) };
      const ids: unknown = params[reach.ids];
      // What is no list is refused where the action is.
      for (const id of Array.isArray(ids) ? new Set(ids.map(String)) : []) {
        await require(context, principal, permission, id);
      }
      return params;
    },
  };
}

function gatewayIn(
  permission: string,
  { gatewayId, commandId = "" }: Readonly<Record<string, string>>,
): string | undefined {
  return PERMISSIONS.get(permission)?.reach === "command" ? gatewayIdOf(commandId) : gatewayId;
}

/** They are put together as trees: a text could close a parenthesis that is not its own. */
function both(given: unknown, own: string): unknown {
  if (given !== undefined && typeof given !== "string") return given;
  const asked = parseFilter(given);
  const needed = parseFilter(own);
  return printFilter(isEmpty(asked) ? needed : { op: "and", of: [needed, asked] });
}

function isEmpty(filter: Filter): boolean {
  return filter.op === "and" && filter.of.length === 0;
}
