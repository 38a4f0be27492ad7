import { ConfigProfile } from "../../../actors/contracts/config-profiles.ts";
import type { Params, Result } from "../../../actors/contracts/contract.ts";
import { matches, valueAt } from "../../../mixins/filter/matches.ts";
import { parseFilter, requireFields } from "../../../mixins/filter/parse.ts";
import { printFilter } from "../../../mixins/filter/print.ts";
import { keyOfToken, orderOf, pageSizeOf, pageTokenOf, scanPage } from "../../../mixins/paging.ts";
import { keyOf, ORDER_FIELDS, type Registry } from "./registry.ts";
import { type ProfileRow, profileOf } from "./rows.ts";

const FILTER_FIELDS: readonly string[] = [...ORDER_FIELDS, "gatewayFilter", "revision"];
const NO_METRICS = { targeted: 0, applied: 0, converged: 0, failed: 0 };

export async function listProfiles(
  profiles: Registry,
  params: Params<"config-profiles.list">,
  resources: (rows: readonly ProfileRow[]) => Promise<ConfigProfile[]>,
): Promise<Result<"config-profiles.list">> {
  const filter = parseFilter(params.filter);
  requireFields(filter, isKnown, ConfigProfile.properties);
  const order = orderOf(params.orderBy, ORDER_FIELDS);
  const scope = ["configProfiles", printFilter(filter), order.field, String(order.descending)];
  const { rows, next } = await scanPage({
    pageSize: pageSizeOf(params.pageSize),
    start: keyOfToken(params.pageToken, scope, shapeOf(order.field)),
    fetch: (after, limit) => profiles.after(after, order, limit),
    keyOf: (row) => keyOf(row, order.field),
    accepts: (row) => matches(filter, (path) => valueAt(profileOf(row, NO_METRICS), path)),
  });
  return { configProfiles: await resources(rows), nextPageToken: pageTokenOf(scope, next) };
}

function shapeOf(field: (typeof ORDER_FIELDS)[number]) {
  if (field === "configProfileId") return [""];
  return field === "displayName" ? ["", ""] : [0, ""];
}

function isKnown([field = "", ...below]: readonly string[]): boolean {
  return field === "desired" || (below.length === 0 && FILTER_FIELDS.includes(field));
}
