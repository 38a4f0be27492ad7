import type { CamerasView } from "../../../actors/camera/contract.ts";
import { type CameraRules, estimatedBytes } from "../../../actors/camera/rules.ts";
import { Camera } from "../../../actors/contracts/cameras.ts";
import type { Params, Result } from "../../../actors/contracts/contract.ts";
import { matches, valueAt } from "../../../mixins/filter/matches.ts";
import { fieldsOf, parseFilter, requireFields } from "../../../mixins/filter/parse.ts";
import { printFilter } from "../../../mixins/filter/print.ts";
import { keyOfToken, orderOf, pageSizeOf, pageTokenOf, scanPage } from "../../../mixins/paging.ts";
import { cameraResource } from "./resource.ts";

const PARTS = ["stream", "control"];

/** A page of a gateway's cameras, by id. */
export async function listCameras(
  { gatewayId, pageSize, pageToken, ...asked }: Params<"cameras.list">,
  { cameras, streamedMs }: CamerasView,
  rules: CameraRules,
  now: number,
): Promise<Result<"cameras.list">> {
  const filter = parseFilter(asked.filter);
  requireFields(filter, fieldsOf(Camera.properties, PARTS), Camera.properties);
  const { descending } = orderOf(asked.orderBy, ["cameraId"]);
  const scope = ["cameras", gatewayId, printFilter(filter), String(descending)];
  const isBefore = (a: string, b: string) => (descending ? a > b : a < b);
  const sorted = cameras
    .map((camera) => cameraResource(gatewayId, camera, now))
    .sort((a, b) => (isBefore(a.cameraId, b.cameraId) ? -1 : 1));
  const { rows, next } = await scanPage({
    pageSize: pageSizeOf(pageSize),
    start: keyOfToken(pageToken, scope, [""]),
    fetch: async (key, limit) =>
      sorted.filter(({ cameraId }) => !key || isBefore(String(key[0]), cameraId)).slice(0, limit),
    keyOf: ({ cameraId }) => [cameraId],
    accepts: (camera) => matches(filter, (path) => valueAt(camera, path)),
  });
  return {
    cameras: rows,
    nextPageToken: pageTokenOf(scope, next),
    streamed: { seconds: streamedMs / 1000, bytesEstimated: estimatedBytes(streamedMs, rules) },
  };
}
