import type { Params } from "../../../actors/contracts/contract.ts";
import type { HistoryEntry } from "../../../actors/contracts/journal.ts";
import { isJsonObject } from "../../../actors/contracts/json.ts";
import { keyOfToken, pageSizeOf, pageTokenOf } from "../../../mixins/paging.ts";
import { rfc3339 } from "../../../mixins/rfc3339.ts";
import type { Sql } from "../../../stores/sql/sql.ts";
import { changesOf } from "./changes.ts";
import { indexUp } from "./indexing.ts";
import { type EventRow, pagesAt } from "./pages.ts";
import { placesOf } from "./search.ts";
import { termOf } from "./terms.ts";

/** The changes of a twin since its gateway was created, newest first. */
export async function listHistory(
  sql: Sql,
  { gatewayId, pageSize, pageToken }: Params<"journal.history">,
): Promise<{ history: HistoryEntry[]; nextPageToken: string }> {
  const scope = ["history", gatewayId];
  const [before = Number.MAX_SAFE_INTEGER] = keyOfToken(pageToken, scope, [0]) ?? [];
  await indexUp(sql);
  const start = await startOfHistory(sql, gatewayId);
  const size = pageSizeOf(pageSize);
  const rows: EventRow[] = [];
  const range = { after: start, before: Number(before), isNewestFirst: true, pages: size + 1 };
  for await (const row of changesOf(sql, gatewayId, range)) {
    if (rows.push(row) > size) break;
  }
  const page = rows.slice(0, size);
  const last = rows.length > size ? page.at(-1)?.seq : undefined;
  return {
    history: page.map(historyEntry),
    nextPageToken: pageTokenOf(scope, last === undefined ? undefined : [last]),
  };
}

/** The place where the gateway was last deleted; what is before it belongs to another twin. */
export async function startOfHistory(sql: Sql, gatewayId: string): Promise<number> {
  const terms = [termOf.removal(gatewayId)];
  const places = await placesOf(sql, { terms, order: "t.seq DESC", limit: 1 });
  const seqs = places.map(({ seq }) => seq);
  const [page] = await pagesAt(sql, seqs, gatewayId);
  const end = page?.entries.findLast((row) => row.gatewayId === gatewayId && row.version === 0);
  return end?.seq ?? 0;
}

function historyEntry({ type, version, actor, reason, time, data }: EventRow): HistoryEntry {
  const { patch, sectionVersion } = data;
  return {
    version: version ?? 0,
    section: type === "twin.desired.updated" ? "desired" : "reported",
    sectionVersion: Number(sectionVersion),
    patch: isJsonObject(patch) ? patch : {},
    actor,
    ...(reason !== null && { reason }),
    time: rfc3339(time),
  };
}
