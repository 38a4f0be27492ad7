import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Artifact } from "../../actors/contracts/artifacts.ts";
import type { BlobStore } from "../../actors/runtime/blobs.ts";
import type { Binding } from "./binding.ts";
import { rangeOf } from "./byte-range.ts";
import { isNoneMatch } from "./headers.ts";
import { queryParams } from "./params.ts";
import type { Told } from "./recorded.ts";
import { callFor } from "./transfer-call.ts";

type DownloadOptions = { readonly blobs: BlobStore; readonly timeoutMs: number };

/** Hands content out, or one range of it; no faster than the client takes it. */
export async function download(
  { blobs, timeoutMs }: DownloadOptions,
  binding: Binding,
  told: Told,
  response: ServerResponse,
): Promise<void> {
  const { request, parameters, query } = told.exchange;
  const params = { ...queryParams(binding.query, query), ...parameters };
  const artifact = (await callFor(told, binding.action, params, timeoutMs)) as Artifact;
  const etag = `"${artifact.sha256}"`;
  if (isNoneMatch(request.headers["if-none-match"], etag))
    return void response.writeHead(304, { ETag: etag, "Cache-Control": "no-cache" }).end();
  const ifRange = request.headers["if-range"];
  const header = ifRange === undefined || ifRange === etag ? request.headers.range : undefined;
  const range = rangeOf(header, artifact.size);
  const { start, end } = range ?? { start: 0, end: artifact.size };
  response.writeHead(range ? 206 : 200, {
    ...headersOf(artifact, etag),
    "Content-Length": String(end - start),
    ...(range && { "Content-Range": `bytes ${start}-${end - 1}/${artifact.size}` }),
  });
  if (request.method === "HEAD") return void response.end();
  await pipeline(blobs.read(artifact.artifactId, start, end), response);
}

/** It never changes, and is no page of ours. */
function headersOf({ contentType, filename, artifactId }: Artifact, etag: string): Record<string, string> {
  const name = encodeURIComponent(filename ?? artifactId).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  return {
    "Content-Type": contentType,
    "Content-Disposition": `attachment; filename*=UTF-8''${name}`,
    "Content-Security-Policy": "sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
    "Accept-Ranges": "bytes",
    ETag: etag,
  };
}
