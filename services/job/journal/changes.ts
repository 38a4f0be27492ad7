import type { Sql } from "../../../stores/sql/sql.ts";
import { type EventRow, MAX_EVENTS, pagesAt } from "./pages.ts";
import { placesOf } from "./search.ts";
import { termOf } from "./terms.ts";

type Range = {
  readonly after: number;
  readonly before: number;
  readonly isNewestFirst: boolean;
  /** To read at once. */
  readonly pages: number;
};

/** The changes of a twin between two places, in order. All pages have to be in the index. */
export async function* changesOf(sql: Sql, gatewayId: string, range: Range): AsyncGenerator<EventRow> {
  const { after, before, isNewestFirst, pages } = range;
  // Pages have their place where they begin.
  let rest = { from: after - MAX_EVENTS, to: before };
  for (let length = pages; length === pages; ) {
    const seqs = await seqsWithin(sql, gatewayId, rest, range);
    const rows = (await pagesAt(sql, seqs, gatewayId)).flatMap(({ entries }) => entries);
    const changes = rows.filter((row) => isChangeOf(gatewayId, row) && row.seq > after && row.seq < before);
    yield* changes.toSorted((a, b) => (isNewestFirst ? b.seq - a.seq : a.seq - b.seq));
    length = seqs.length;
    const end = seqs.at(-1) ?? after;
    rest = isNewestFirst ? { ...rest, to: end } : { ...rest, from: end };
  }
}

async function seqsWithin(
  sql: Sql,
  gatewayId: string,
  { from, to }: { readonly from: number; readonly to: number },
  { isNewestFirst, pages }: Range,
): Promise<number[]> {
  const places = await placesOf(sql, {
    terms: [termOf.gateway(gatewayId)],
    conditions: (statement) => [`t.seq > ${statement.value(from)}`, `t.seq < ${statement.value(to)}`],
    order: isNewestFirst ? "t.seq DESC" : "t.seq",
    limit: pages,
  });
  return places.map(({ seq }) => seq);
}

function isChangeOf(gatewayId: string, row: EventRow): boolean {
  return row.gatewayId === gatewayId && row.version !== null && row.version > 0;
}
