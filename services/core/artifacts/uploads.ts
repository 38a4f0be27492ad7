import { createHash, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import type { Artifact, Content } from "../../../actors/contracts/artifacts.ts";
import type { Params, Result } from "../../../actors/contracts/contract.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { BlobStore } from "../../../actors/runtime/blobs.ts";
import type { ArtifactTable } from "./artifact-table.ts";
import { type ArtifactRow, artifactOf } from "./rows.ts";
import type { ArtifactSettings } from "./settings.ts";

const TOKEN_BYTES = 24;

type UploadsOptions = {
  readonly table: ArtifactTable;
  readonly blobs: BlobStore;
  readonly settings: ArtifactSettings;
  /** Epoch milliseconds. */
  readonly clock: () => number;
};

type Finish = {
  readonly content: Content;
  readonly sha256?: string | undefined;
  readonly change?: Partial<ArtifactRow>;
};

/** The way of content in: announced, stored by whoever has the bytes, and then an artifact. */
export class Uploads {
  readonly #options: UploadsOptions;

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  async begin({
    artifactId,
    token,
    contentType,
  }: Params<"artifacts.begin">): Promise<Result<"artifacts.begin">> {
    await this.#requireRoom();
    if (artifactId === undefined) return this.#beginNew(contentType);
    return this.#beginExpected(artifactId, token, contentType);
  }

  async expect(wanted: Params<"artifacts.expect">): Promise<Result<"artifacts.expect">> {
    const { contentTypes, maxBytes, ttlSeconds, keepSeconds, filename = null, labels, by } = wanted;
    await this.#requireRoom();
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    const expireTime = this.#options.clock() + ttlSeconds * 1000;
    const row = this.#newRow("EXPECTED", expireTime, {
      filename,
      labels,
      by,
      maxBytes: Math.min(maxBytes, this.#options.settings.maxBytes),
      keepSeconds,
      accepted: contentTypes,
      tokenHash: hashOf(token),
    });
    await this.#options.table.add(row);
    return { artifactId: row.artifactId, token, expireTime: new Date(expireTime).toISOString() };
  }

  /** What was stored becomes the artifact, or is thrown away. */
  async finish({ content, sha256, change = {} }: Finish): Promise<Artifact> {
    const { artifactId } = content;
    try {
      return await this.#finish({ content, sha256, change });
    } catch (error) {
      if (error instanceof DomainError) await this.abandon(artifactId);
      throw error;
    }
  }

  async put(params: Params<"artifacts.put">): Promise<Artifact> {
    const { artifactId, token, contentType, data } = params;
    const bytes = Buffer.from(data, "base64");
    const { maxBytes } = await this.begin({ artifactId, token, contentType });
    if (bytes.length === 0 || bytes.length > maxBytes) {
      await this.abandon(artifactId);
      throw new DomainError("INVALID_ARGUMENT", { problem: `data is not 1 to ${maxBytes} bytes in base64` });
    }
    await this.#options.blobs.write(artifactId, once(bytes));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return this.finish({ content: { artifactId, contentType, size: bytes.length, sha256, token } });
  }

  /** The row goes last: as long as it is there, it is tried again. Nothing that is ready is lost by it. */
  async abandon(artifactId: string): Promise<void> {
    const row = await this.#options.table.find(artifactId);
    if (row?.state !== "UPLOADING") return;
    await this.#options.blobs.remove(artifactId);
    await this.#options.table.remove(artifactId);
  }

  async #beginNew(contentType: string): Promise<Result<"artifacts.begin">> {
    const { clock, settings, table } = this.#options;
    const row = this.#newRow("UPLOADING", clock() + settings.uploadMs, { contentType });
    await table.add(row);
    return { artifactId: row.artifactId, maxBytes: settings.maxBytes };
  }

  /** The token is spent before the first byte is taken. */
  async #beginExpected(
    artifactId: string,
    token = "",
    contentType: string,
  ): Promise<Result<"artifacts.begin">> {
    const { clock, settings, table } = this.#options;
    const row = await table.find(artifactId);
    const isOpen = row?.state === "EXPECTED" && Number(row.expireTime) > clock();
    if (!row || !isOpen || !isTokenOf(row, token)) throw new DomainError("UPLOAD_REFUSED");
    const supported = row.accepted ?? [];
    if (!supported.includes(contentType))
      throw new DomainError("UNSUPPORTED_MEDIA_TYPE", { contentType, supported: supported.join(", ") });
    const change = { state: "UPLOADING", contentType, expireTime: clock() + settings.uploadMs } as const;
    if (!(await table.change(artifactId, "EXPECTED", change))) throw new DomainError("UPLOAD_REFUSED");
    return { artifactId, maxBytes: row.maxBytes };
  }

  async #finish({ content, sha256, change }: Finish): Promise<Artifact> {
    const { table, clock } = this.#options;
    const { artifactId, size } = content;
    const actual = content.sha256;
    if (sha256 !== undefined && sha256 !== actual)
      throw new DomainError("CHECKSUM_MISMATCH", { actual, expected: sha256 });
    const row = await table.find(artifactId);
    if (row?.state !== "UPLOADING" || !isTokenOf(row, content.token)) throw new DomainError("UPLOAD_REFUSED");
    const now = clock();
    const expireTime = row.keepSeconds === null ? null : now + row.keepSeconds * 1000;
    const ready = { ...change, state: "READY", size, sha256: actual, createTime: now, expireTime } as const;
    if (!(await table.change(artifactId, "UPLOADING", ready))) throw new DomainError("UPLOAD_REFUSED");
    return artifactOf({ ...row, ...ready });
  }

  async #requireRoom(): Promise<void> {
    const { table, settings } = this.#options;
    if ((await table.bytes()) < settings.quotaBytes) return;
    throw new DomainError("ARTIFACTS_FULL", { limit: settings.quotaBytes });
  }

  #newRow(state: "EXPECTED" | "UPLOADING", expireTime: number, known: Partial<ArtifactRow>): ArtifactRow {
    return {
      artifactId: randomUUID(),
      state,
      filename: null,
      contentType: "application/octet-stream",
      size: 0,
      sha256: "",
      labels: {},
      by: "system",
      createTime: this.#options.clock(),
      expireTime,
      tokenHash: null,
      accepted: null,
      maxBytes: this.#options.settings.maxBytes,
      keepSeconds: null,
      ...known,
    };
  }
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** What has no upload address has no token either. */
function isTokenOf({ tokenHash }: ArtifactRow, token: string | undefined): boolean {
  if (tokenHash === null || token === undefined) return tokenHash === null && token === undefined;
  return timingSafeEqual(Buffer.from(tokenHash), Buffer.from(hashOf(token)));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
