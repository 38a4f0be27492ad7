import type { Params, Result } from "../../../actors/contracts/contract.ts";
import { Gateway } from "../../../actors/contracts/gateways.ts";
import type { JsonValue } from "../../../actors/contracts/json.ts";
import { matches } from "../../../mixins/filter/matches.ts";
import { parseFilter, requireFields } from "../../../mixins/filter/parse.ts";
import { printFilter } from "../../../mixins/filter/print.ts";
import { keyOfToken, orderOf, pageSizeOf, pageTokenOf, scanPage } from "../../../mixins/paging.ts";
import { keyOf, ORDER_FIELDS, type Registry } from "./registry.ts";
import { type GatewayRow, gatewayOf } from "./rows.ts";

/** Filters are tried here, not in SQL: what JSON columns can do differs too much between databases. */
export async function listGateways(
  gateways: Registry,
  params: Params<"gateways.list">,
): Promise<Result<"gateways.list">> {
  const filter = parseFilter(params.filter);
  requireFields(filter, isKnown, Gateway.properties);
  const order = orderOf(params.orderBy, ORDER_FIELDS);
  const scope = ["gateways", printFilter(filter), order.field, String(order.descending)];
  const { rows, next } = await scanPage({
    pageSize: pageSizeOf(params.pageSize),
    start: keyOfToken(params.pageToken, scope, shapeOf(order.field)),
    fetch: (after, limit) => gateways.after(after, order, limit),
    keyOf: (row) => keyOf(row, order.field),
    accepts: (row) => matches(filter, (path) => fieldOf(row, path)),
  });
  return { gateways: rows.map(gatewayOf), nextPageToken: pageTokenOf(scope, next) };
}

function shapeOf(field: (typeof ORDER_FIELDS)[number]) {
  if (field === "gatewayId") return [""];
  return field === "displayName" ? ["", ""] : [0, ""];
}

function isKnown([field = "", ...below]: readonly string[]): boolean {
  return field === "labels" || (below.length === 0 && ORDER_FIELDS.some((each) => each === field));
}

/** Labels are flat: `labels.a.b` is the label `a.b`. */
function fieldOf(row: GatewayRow, [field = "", ...below]: readonly string[]): JsonValue | undefined {
  const gateway = gatewayOf(row);
  if (field !== "labels") return Object.entries(gateway).find(([name]) => name === field)?.[1];
  if (below.length === 0) return gateway.labels;
  const label = below.join(".");
  return Object.hasOwn(gateway.labels, label) ? gateway.labels[label] : undefined;
}
