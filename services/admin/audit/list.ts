import { AuditLog } from "../../../actors/contracts/audit.ts";
import type { Params, Result } from "../../../actors/contracts/contract.ts";
import { matches, valueAt } from "../../../mixins/filter/matches.ts";
import { parseFilter, requireFields } from "../../../mixins/filter/parse.ts";
import { printFilter } from "../../../mixins/filter/print.ts";
import { keyOfToken, orderOf, pageSizeOf, pageTokenOf, scanPage } from "../../../mixins/paging.ts";
import type { AuditTable } from "./audit-table.ts";
import { conditionsOf } from "./conditions.ts";

const NEWEST_FIRST = "time desc";
const FIELDS: readonly (keyof AuditLog)[] = [
  "time",
  "actor",
  "role",
  "method",
  "permission",
  "target",
  "gatewayId",
  "status",
  "reason",
  "latencyMs",
  "traceId",
  "requestId",
  "sourceAddress",
];

/** A page of audit logs, by time. */
export async function listAuditLogs(
  table: AuditTable,
  params: Params<"audit.list">,
): Promise<Result<"audit.list">> {
  const filter = parseFilter(params.filter);
  requireFields(
    filter,
    ([field, ...below]) => below.length === 0 && FIELDS.some((each) => each === field),
    AuditLog.properties,
  );
  const { descending } = orderOf(params.orderBy?.trim() || NEWEST_FIRST, ["time"]);
  const scope = ["auditLogs", printFilter(filter), String(descending)];
  const conditions = conditionsOf(filter);
  const { rows, next } = await scanPage({
    pageSize: pageSizeOf(params.pageSize),
    start: keyOfToken(params.pageToken, scope, [0, 0]),
    fetch: (key, limit) => {
      const after = key && { time: Number(key[0]), seq: Number(key[1]) };
      return table.page(after, { conditions, descending, limit });
    },
    keyOf: ({ time, seq }) => [time, seq],
    accepts: ({ log }) => matches(filter, (path) => valueAt(log, path)),
  });
  return { auditLogs: rows.map(({ log }) => log), nextPageToken: pageTokenOf(scope, next) };
}
