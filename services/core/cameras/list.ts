import type { CamerasView } from "../../../actors/camera/contract.ts";
import { type CameraRules, estimatedBytes } from "../../../actors/camera/rules.ts";
import type { Params, Result } from "../../../actors/contracts/contract.ts";
import { keyOfToken, pageSizeOf, pageTokenOf, scanPage } from "../../../mixins/paging.ts";
import { cameraResource } from "./resource.ts";

/** A page of a gateway's cameras, by id. */
export async function listCameras(
  { gatewayId, pageSize, pageToken }: Params<"cameras.list">,
  { cameras, streamedMs }: CamerasView,
  rules: CameraRules,
  now: number,
): Promise<Result<"cameras.list">> {
  const scope = ["cameras", gatewayId];
  const sorted = cameras.toSorted((a, b) => (a.cameraId < b.cameraId ? -1 : 1));
  const { rows, next } = await scanPage({
    pageSize: pageSizeOf(pageSize),
    start: keyOfToken(pageToken, scope, [""]),
    fetch: async (key, limit) =>
      sorted.filter(({ cameraId }) => !key || cameraId > String(key[0])).slice(0, limit),
    keyOf: ({ cameraId }) => [cameraId],
    accepts: () => true,
  });
  return {
    cameras: rows.map((camera) => cameraResource(gatewayId, camera, now)),
    nextPageToken: pageTokenOf(scope, next),
    streamed: { seconds: streamedMs / 1000, bytesEstimated: estimatedBytes(streamedMs, rules) },
  };
}
