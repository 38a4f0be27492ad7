import { DomainError } from "../../actors/contracts/errors.ts";
import type { BlobStore } from "../../actors/runtime/blobs.ts";
import type { Binding } from "./binding.ts";
import { queryParams } from "./params.ts";
import type { Told } from "./recorded.ts";
import { callFor } from "./transfer-call.ts";

/** What a download hands out. It never changes. */
export type Content = {
  readonly etag: string;
  readonly contentType: string;
  readonly filename: string;
  readonly size: number;
  /** The bytes from `start` to `end`, without that one. */
  readonly read: (start: number, end: number) => AsyncIterable<Uint8Array>;
};

type ContentsOptions = { readonly blobs: BlobStore; readonly timeoutMs: number };

/** What an action that is a download has to hand out, for its caller. */
export function contentFor(options: ContentsOptions, binding: Binding, told: Told): Promise<Content> {
  const { parameters, query } = told.exchange;
  const params = { ...queryParams(binding.query, query), ...parameters };
  switch (binding.action) {
    case "artifacts.download":
    case "cameras.downloadSnapshot":
      return artifact(options, told, binding.action, params);
    case "node-profiles.download":
      return nodeProfile(options, told, params);
    default:
      throw new Error(`nothing is known of the content of '${binding.action}'`);
  }
}

type Given = Readonly<Record<string, unknown>>;

async function artifact(
  { blobs, timeoutMs }: ContentsOptions,
  told: Told,
  action: "artifacts.download" | "cameras.downloadSnapshot",
  params: Given,
): Promise<Content> {
  const found = await callFor(told, action, params, timeoutMs);
  const { artifactId, filename = artifactId, contentType, size, sha256 } = found;
  const read = (start: number, end: number) => blobs.read(artifactId, start, end);
  return { etag: `"${sha256}"`, contentType, filename, size, read };
}

async function nodeProfile({ timeoutMs }: ContentsOptions, told: Told, params: Given): Promise<Content> {
  const { profileId, filename, size } = await callFor(told, "node-profiles.download", params, timeoutMs);
  const part = (start: number, end: number) =>
    callFor(told, "node-profiles.read", { ...params, start, end }, timeoutMs);
  async function* read(start: number, end: number) {
    for (let at = start; at < end; ) {
      const { bytes } = await part(at, end);
      if (bytes.length === 0) throw new DomainError("NODE_PROFILE_NOT_FOUND", { profileId });
      yield bytes;
      at += bytes.length;
    }
  }
  return { etag: `"${profileId}"`, contentType: "application/json", filename, size, read };
}
