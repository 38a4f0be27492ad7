import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { BlobStore } from "../../actors/runtime/blobs.ts";
import type { Binding } from "./binding.ts";
import { rangeOf } from "./byte-range.ts";
import { type Content, contentFor } from "./contents.ts";
import { isNoneMatch } from "./headers.ts";
import type { Told } from "./recorded.ts";

type DownloadOptions = { readonly blobs: BlobStore; readonly timeoutMs: number };

/** Hands content out, or one range of it; no faster than the client takes it. */
export async function download(
  options: DownloadOptions,
  binding: Binding,
  told: Told,
  response: ServerResponse,
): Promise<void> {
  const { request } = told.exchange;
  const content = await contentFor(options, binding, told);
  const { etag, size } = content;
  if (isNoneMatch(request.headers["if-none-match"], etag))
    return void response.writeHead(304, { ETag: etag, "Cache-Control": "no-cache" }).end();
  const ifRange = request.headers["if-range"];
  const header = ifRange === undefined || ifRange === etag ? request.headers.range : undefined;
  const range = rangeOf(header, size);
  const { start, end } = range ?? { start: 0, end: size };
  response.writeHead(range ? 206 : 200, {
    ...headersOf(content),
    "Content-Length": String(end - start),
    ...(range && { "Content-Range": `bytes ${start}-${end - 1}/${size}` }),
  });
  if (request.method === "HEAD") return void response.end();
  await pipeline(content.read(start, end), response);
}

/** It never changes, and is no page of ours. */
function headersOf({ contentType, filename, etag }: Content): Record<string, string> {
  const name = encodeURIComponent(filename).replace(
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
