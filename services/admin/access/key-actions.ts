import type { Context } from "moleculer";
import { DomainError } from "../../../actors/contracts/errors.ts";
import { actions } from "../../../mixins/bridge.ts";
import { callerOf } from "../../../mixins/caller.ts";
import { gatewayFilter as parsedFilter } from "../../../mixins/gateway-filter.ts";
import { type ApiKeyRow, apiKeyOf, BOOTSTRAP_KEY_ID } from "./api-keys.ts";
import { keyName } from "./holders.ts";
import { pageOf } from "./list.ts";
import type { AccessParts } from "./parts.ts";
import { newToken } from "./tokens.ts";

const FIELDS = [
  "keyId",
  "displayName",
  "role",
  "prefix",
  "gatewayFilter",
  "expireTime",
  "lastUsedTime",
  "createTime",
  "updateTime",
];

/** The API keys, for admins. */
export function keyActions({ keys, clock, revoke }: AccessParts) {
  async function get(keyId: string): Promise<ApiKeyRow> {
    const key = await keys.find(keyId);
    if (!key) throw new DomainError("API_KEY_NOT_FOUND", { keyId });
    return key;
  }

  return actions("api-keys", {
    async create({ displayName, role, gatewayFilter, expireTime }) {
      if (role === "thirdparty" && gatewayFilter === undefined) {
        throw invalid("gatewayFilter", "is required for a third party; empty means all gateways");
      }
      const now = clock();
      const times = {
        expireTime: expiryOf(expireTime, now),
        lastUsedTime: null,
        createTime: now,
        updateTime: now,
      };
      const { id: keyId, token, tokenHash } = newToken("gtk");
      const key = {
        keyId,
        displayName,
        role,
        tokenHash,
        gatewayFilter: checked(gatewayFilter ?? ""),
        ...times,
      };
      if (!(await keys.add(key))) throw new Error("an id of 60 random bits came twice");
      return { ...apiKeyOf(key), token };
    },
    get: async ({ keyId }) => apiKeyOf(await get(keyId)),
    async list(params) {
      const listed = { collection: "apiKeys", id: "keyId", fields: FIELDS } as const;
      const page = await pageOf({ ...listed, after: keys.after, resourceOf: apiKeyOf }, params);
      return { apiKeys: page.resources, nextPageToken: page.nextPageToken };
    },
    async update({ keyId, displayName, gatewayFilter, expireTime }, context) {
      refuseBootstrap(keyId);
      const now = clock();
      await keys.change(keyId, {
        ...(displayName !== undefined && { displayName }),
        ...(gatewayFilter !== undefined && { gatewayFilter: checked(gatewayFilter) }),
        ...(expireTime !== undefined && { expireTime: expiryOf(expireTime, now) }),
        updateTime: now,
      });
      const key = await get(keyId);
      await revoke(context, keyName(keyId));
      return apiKeyOf(key);
    },
    async delete({ keyId }, context) {
      refuseBootstrap(keyId);
      refuseOwn(context, keyId);
      if (!(await keys.remove(keyId))) throw new DomainError("API_KEY_NOT_FOUND", { keyId });
      await revoke(context, keyName(keyId));
      return null;
    },
  });
}

function checked(filter: string): string {
  parsedFilter(filter);
  return filter;
}

/** Null: never. */
function expiryOf(text: string | null | undefined, now: number): number | null {
  if (text === undefined || text === null) return null;
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (time > now) return time;
  throw invalid("expireTime", "is not a time in the future, in RFC 3339");
}

function invalid(field: string, description: string): DomainError {
  return new DomainError("INVALID_ARGUMENT", { problem: `${field} ${description}` }, [
    { field, description },
  ]);
}

function refuseBootstrap(keyId: string): void {
  if (keyId === BOOTSTRAP_KEY_ID) throw new DomainError("BOOTSTRAP_KEY");
}

function refuseOwn(context: Context, keyId: string): void {
  if (callerOf(context)?.name === keyName(keyId))
    throw new DomainError("OWN_ACCESS", { what: "The deletion" });
}
