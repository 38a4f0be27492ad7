import type { Context } from "moleculer";
import type { Params, Result } from "../../../actors/contracts/contract.ts";
import type { Gateway } from "../../../actors/contracts/gateways.ts";
import type { JsonValue } from "../../../actors/contracts/json.ts";
import type { Twin } from "../../../actors/contracts/twins.ts";
import { call } from "../../../mixins/bridge.ts";
import { matches, valueAt } from "../../../mixins/filter/matches.ts";
import { parseFilter, requireFields } from "../../../mixins/filter/parse.ts";
import { printFilter } from "../../../mixins/filter/print.ts";
import { keyOfToken, orderOf, pageSizeOf, pageTokenOf } from "../../../mixins/paging.ts";

const PLAIN_FIELDS = ["gatewayId", "version", "inSync", "createTime", "updateTime"] as const;
const ROOTS = ["desired", "reported", "labels"];
/** Twins that one call looks at; a page may be short, or empty, and still have a next one (AIP-158). */
const MAX_SCANNED = 2000;

/** Walks the gateways by id and reads their twins; no view is older than what anybody was told before. */
export async function listTwins(
  params: Params<"twins.list">,
  context: Context,
  twinsOf: (gateways: readonly Gateway[]) => Promise<readonly Twin[]>,
): Promise<Result<"twins.list">> {
  const filter = parseFilter(params.filter);
  requireFields(filter, isKnown);
  const { descending } = orderOf(params.orderBy, ["gatewayId"]);
  const orderBy = descending ? "gatewayId desc" : "gatewayId";
  const scope = ["twins", printFilter(filter), orderBy];
  const pageSize = pageSizeOf(params.pageSize);
  const found: Twin[] = [];
  let [token = ""] = keyOfToken(params.pageToken, scope, [""]) ?? [];
  let scanned = 0;
  do {
    const chunk = { pageSize: pageSize - found.length, pageToken: String(token), orderBy };
    const { gateways, nextPageToken } = await call(context, "gateways.list", chunk);
    for (const [index, twin] of (await twinsOf(gateways)).entries()) {
      if (matches(filter, (path) => fieldOf(twin, gateways[index], path))) found.push(twin);
    }
    token = nextPageToken;
    scanned += gateways.length;
  } while (token !== "" && found.length < pageSize && scanned < MAX_SCANNED);
  return { twins: found, nextPageToken: pageTokenOf(scope, token === "" ? undefined : [token]) };
}

function isKnown([field = "", ...below]: readonly string[]): boolean {
  return below.length > 0 ? ROOTS.includes(field) : PLAIN_FIELDS.some((each) => each === field);
}

function fieldOf(
  twin: Twin,
  gateway: Gateway | undefined,
  [field = "", ...below]: readonly string[],
): JsonValue | undefined {
  switch (field) {
    case "desired":
      return valueAt(twin.desired.state, below);
    case "reported":
      return valueAt(twin.reported.state, below);
    case "labels":
      return valueAt(gateway?.labels, [below.join(".")]);
    default: {
      const plain = PLAIN_FIELDS.find((each) => each === field);
      return plain && twin[plain];
    }
  }
}
