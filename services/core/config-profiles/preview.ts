import type { Result } from "../../../actors/contracts/contract.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { Gateway } from "../../../actors/contracts/gateways.ts";
import type { JsonObject } from "../../../actors/contracts/json.ts";
import { layersOf, type Profile } from "../../../actors/profiles/layers.ts";
import { ownOf } from "../../../actors/profiles/own.ts";
import type { ProfileLayer } from "../../../actors/twin/contract.ts";
import { diffAsPatch } from "../../../actors/twin/merge-patch.ts";
import { inOrder, layered } from "../../../actors/twin/profiles.ts";
import { type Caller, call } from "../../../mixins/bridge.ts";
import { keyOfToken, pageSizeOf, pageTokenOf } from "../../../mixins/paging.ts";
import { inPortions } from "./in-portions.ts";

type Preview = Result<"config-profiles.preview">;
type Change = Preview["gateways"][number];

/** What is compared, and at which gateways. */
export type Comparison = {
  readonly before: readonly Profile[];
  readonly after: readonly Profile[];
  /** Of all gateways for which they can differ. */
  readonly filter: string;
  /** Names it: a page token is good for this one only. */
  readonly scope: readonly string[];
};

/** Gateways that one call looks at; a page may be short, or empty, and still have a next one (AIP-158). */
const MAX_SCANNED = 2000;

/** Walks the gateways by id, and asks for the twins of those that would get other layers. */
export async function preview(
  caller: Caller,
  { before, after, filter, scope }: Comparison,
  page: { readonly pageSize?: number; readonly pageToken?: string },
): Promise<Preview> {
  const pageSize = pageSizeOf(page.pageSize);
  const found: Change[] = [];
  let [token = ""] = keyOfToken(page.pageToken, scope, [""]) ?? [];
  let scanned = 0;
  do {
    const chunk = {
      pageSize: pageSize - found.length,
      pageToken: String(token),
      orderBy: "gatewayId",
      filter,
    };
    const { gateways, nextPageToken } = await call(caller, "gateways.list", chunk);
    const changes = await inPortions(gateways, (gateway) => changeOf(caller, gateway, before, after));
    found.push(...changes.flat());
    token = nextPageToken;
    scanned += gateways.length;
  } while (token !== "" && found.length < pageSize && scanned < MAX_SCANNED);
  return { gateways: found, nextPageToken: pageTokenOf(scope, token === "" ? undefined : [token]) };
}

async function changeOf(
  caller: Caller,
  gateway: Gateway,
  before: readonly Profile[],
  after: readonly Profile[],
): Promise<Change[]> {
  const [now, then] = [layersOf(gateway, before), layersOf(gateway, after)];
  if (isSame(now, then)) return [];
  const own = await ownDesired(caller, gateway.gatewayId);
  const patch = own && diffAsPatch(desiredOf(own, now), desiredOf(own, then));
  return patch ? [{ gatewayId: gateway.gatewayId, patch }] : [];
}

function isSame(now: readonly ProfileLayer[], then: readonly ProfileLayer[]): boolean {
  return now.length === then.length && now.every(({ desired }, index) => then[index]?.desired === desired);
}

function desiredOf(own: JsonObject, layers: readonly ProfileLayer[]): JsonObject {
  return layered({ own, layers: inOrder(layers) });
}

/** Undefined: the gateway was deleted meanwhile. */
async function ownDesired(caller: Caller, gatewayId: string): Promise<JsonObject | undefined> {
  try {
    const { desired } = await call(caller, "twins.get", { gatewayId, view: "FULL" });
    return ownOf(desired.state, desired.sources ?? {});
  } catch (error) {
    if (error instanceof DomainError && error.type === "GATEWAY_NOT_FOUND") return undefined;
    throw error;
  }
}
