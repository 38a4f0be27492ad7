import type { Params, Result } from "../../../actors/contracts/contract.ts";
import { NodeProfile } from "../../../actors/contracts/node-profiles.ts";
import { matches, valueAt } from "../../../mixins/filter/matches.ts";
import { fieldsOf, parseFilter, requireFields } from "../../../mixins/filter/parse.ts";
import { printFilter } from "../../../mixins/filter/print.ts";
import { keyOfToken, orderOf, pageSizeOf, pageTokenOf, scanPage } from "../../../mixins/paging.ts";
import type { ProfileFiles } from "./profile-files.ts";

const NEWEST_FIRST = "createTime desc";

/** Their ids are in the order of their times. */
export async function listProfiles(
  files: Pick<ProfileFiles, "list">,
  { filter: text, orderBy, pageSize, pageToken }: Params<"node-profiles.list">,
): Promise<Result<"node-profiles.list">> {
  const filter = parseFilter(text);
  requireFields(filter, fieldsOf(NodeProfile.properties), NodeProfile.properties);
  const { descending } = orderOf(orderBy || NEWEST_FIRST, ["createTime"]);
  const scope = ["node-profiles", printFilter(filter), String(descending)];
  const all = descending ? await files.list() : (await files.list()).reverse();
  const isAfter = (id: string, [key = ""]: readonly (string | number)[]) =>
    descending ? id < key : id > key;
  const { rows, next } = await scanPage({
    pageSize: pageSizeOf(pageSize),
    start: keyOfToken(pageToken, scope, [""]),
    fetch: async (key, limit) =>
      all.filter(({ profileId }) => key === undefined || isAfter(profileId, key)).slice(0, limit),
    keyOf: ({ profileId }) => [profileId],
    accepts: (profile) => matches(filter, (path) => valueAt(profile, path)),
  });
  return { profiles: rows, nextPageToken: pageTokenOf(scope, next) };
}
