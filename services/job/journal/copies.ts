import type { Sql } from "../../../stores/sql/sql.ts";
import { Statement } from "../../../stores/sql/statement.ts";
import type { Entry } from "./entries.ts";
import { idsOf } from "./indexing.ts";
import { pagesAt, SPAN_MS } from "./pages.ts";
import { placesOf } from "./search.ts";
import { hasOwnId, termOf } from "./terms.ts";

/** The ids of these that the journal has; all of its pages have to be in the index. */
export async function knownIds(sql: Sql, entries: readonly Entry[]): Promise<Set<string>> {
  const known = await knownOwnIds(sql, entries.filter(hasOwnId));
  const byGateway = Map.groupBy(
    entries.filter((entry) => !hasOwnId(entry)),
    ({ gatewayId }) => gatewayId,
  );
  for (const [gatewayId, ofGateway] of byGateway) {
    for (const id of await idsNear(sql, gatewayId, ofGateway)) known.add(id);
  }
  return known;
}

async function knownOwnIds(sql: Sql, entries: readonly Entry[]): Promise<Set<string>> {
  if (entries.length === 0) return new Set();
  const ids = new Map(entries.map(({ id }) => [termOf.id(id), id]));
  const statement = new Statement();
  const select = `SELECT DISTINCT term FROM journal_terms WHERE term IN ${statement.tuple([...ids.keys()])}`;
  const found = await sql.read<{ term: string }>(select, statement);
  return new Set(found.flatMap(({ term }) => ids.get(term) ?? []));
}

/** Of all events of a gateway in the pages that may have something from the same times. */
async function idsNear(sql: Sql, gatewayId: string, entries: readonly Entry[]): Promise<string[]> {
  const times = entries.map(({ time }) => time);
  const places = await placesOf(sql, {
    terms: [termOf.gateway(gatewayId)],
    conditions: (statement) => [
      `t.time >= ${statement.value(Math.min(...times))}`,
      `t.time < ${statement.value(Math.max(...times) + SPAN_MS)}`,
    ],
    order: "t.seq",
  });
  const seqs = places.map(({ seq }) => seq);
  return idsOf(await pagesAt(sql, seqs, gatewayId));
}
