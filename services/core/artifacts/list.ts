import { type Artifact, Artifact as ArtifactSchema } from "../../../actors/contracts/artifacts.ts";
import type { Params, Result } from "../../../actors/contracts/contract.ts";
import type { JsonValue } from "../../../actors/contracts/json.ts";
import { matches } from "../../../mixins/filter/matches.ts";
import { fieldsOf, parseFilter, requireFields } from "../../../mixins/filter/parse.ts";
import { printFilter } from "../../../mixins/filter/print.ts";
import { keyOfToken, orderOf, pageSizeOf, pageTokenOf, scanPage } from "../../../mixins/paging.ts";
import type { ArtifactTable } from "./artifact-table.ts";
import { artifactOf } from "./rows.ts";

/** Newest first when nothing else is asked for. */
export async function listArtifacts(
  table: ArtifactTable,
  { filter: text, orderBy = "createTime desc", pageSize, pageToken }: Params<"artifacts.list">,
): Promise<Result<"artifacts.list">> {
  const filter = parseFilter(text);
  requireFields(filter, fieldsOf(ArtifactSchema.properties, ["labels"]), ArtifactSchema.properties);
  const { descending } = orderOf(orderBy || "createTime desc", ["createTime"]);
  const scope = ["artifacts", printFilter(filter), String(descending)];
  const { rows, next } = await scanPage({
    pageSize: pageSizeOf(pageSize),
    start: keyOfToken(pageToken, scope, [0, ""]),
    fetch: (after, limit) => table.after(after, descending, limit),
    keyOf: ({ createTime, artifactId }) => [createTime, artifactId],
    accepts: (row) => matches(filter, (path) => fieldOf(artifactOf(row), path)),
  });
  return { artifacts: rows.map(artifactOf), nextPageToken: pageTokenOf(scope, next) };
}

/** Labels are flat: `labels.a.b` is the label `a.b`. */
function fieldOf(artifact: Artifact, [field = "", ...below]: readonly string[]): JsonValue | undefined {
  if (field !== "labels") return Object.entries(artifact).find(([name]) => name === field)?.[1];
  const label = below.join(".");
  return Object.hasOwn(artifact.labels, label) ? artifact.labels[label] : undefined;
}
