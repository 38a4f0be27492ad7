import type { Params } from "../../../actors/contracts/contract.ts";
import type { JsonObject } from "../../../actors/contracts/json.ts";
import { matches, valueAt } from "../../../mixins/filter/matches.ts";
import { parseFilter, requireFields } from "../../../mixins/filter/parse.ts";
import { printFilter } from "../../../mixins/filter/print.ts";
import { keyOfToken, orderOf, pageSizeOf, pageTokenOf, scanPage } from "../../../mixins/paging.ts";

type Listed<Row, Resource> = {
  readonly collection: string;
  /** The member of a resource that its rows are in the order of. */
  readonly id: keyof Resource & string;
  readonly fields: readonly string[];
  readonly after: (id: string | undefined, limit: number, descending: boolean) => Promise<readonly Row[]>;
  readonly resourceOf: (row: Row) => Resource;
};

/** A page of users or keys, by id. */
export async function pageOf<Row, Resource extends JsonObject>(
  { collection, id, fields, after, resourceOf }: Listed<Row, Resource>,
  params: Params<"users.list">,
): Promise<{ resources: Resource[]; nextPageToken: string }> {
  const filter = parseFilter(params.filter);
  requireFields(filter, ([field = "", ...below]) => below.length === 0 && fields.includes(field));
  const { descending } = orderOf(params.orderBy, [id]);
  const scope = [collection, printFilter(filter), String(descending)];
  const { rows, next } = await scanPage({
    pageSize: pageSizeOf(params.pageSize),
    start: keyOfToken(params.pageToken, scope, [""]),
    fetch: async (key, limit) => (await after(key && String(key[0]), limit, descending)).map(resourceOf),
    keyOf: (resource) => [String(resource[id])],
    accepts: (resource) => matches(filter, (path) => valueAt(resource, path)),
  });
  return { resources: rows, nextPageToken: pageTokenOf(scope, next) };
}
