import { type Static, Type } from "typebox";
import type { ActionContract } from "./action.ts";
import { ListParams } from "./gateways.ts";

const closed = { additionalProperties: false } as const;
const Rfc3339 = Type.String({ description: "RFC 3339 in UTC" });
const Size = Type.Integer({ minimum: 0, description: "bytes" });

export const ArtifactId = Type.String({ pattern: "^[A-Za-z0-9_-]{1,64}$", description: "Id of an artifact" });
const FileName = Type.String({ maxLength: 255, pattern: "^[^/\\\\\\u0000-\\u001f\\u007f]+$" });
const ContentType = Type.String({ maxLength: 128, pattern: "^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+$" });
const Sha256 = Type.String({ pattern: "^[0-9a-f]{64}$", description: "lower-case hex" });
const Labels = Type.Record(
  Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$" }),
  Type.String({ maxLength: 256 }),
  closed,
);
const Token = Type.String({ maxLength: 128 });

/** A file: firmware, a picture of a camera. It never changes. */
export const Artifact = Type.Object(
  {
    artifactId: ArtifactId,
    filename: Type.Optional(FileName),
    contentType: ContentType,
    size: Size,
    sha256: Sha256,
    labels: Labels,
    by: Type.String(),
    createTime: Rfc3339,
    /** Then it is removed; null: never. */
    expireTime: Type.Union([Rfc3339, Type.Null()]),
  },
  { ...closed, title: "Artifact" },
);
export type Artifact = Static<typeof Artifact>;

/** What has been stored under the id, as the node that took it in has measured it. */
export const Content = Type.Object(
  {
    artifactId: ArtifactId,
    contentType: ContentType,
    size: Size,
    sha256: Sha256,
    /** Of an upload address. */
    token: Type.Optional(Token),
  },
  closed,
);
export type Content = Static<typeof Content>;

const ById = Type.Object({ artifactId: ArtifactId }, closed);
const path = "/v1/artifacts";
const one = `${path}/:artifactId`;
const upload = { body: { param: "content" }, contentTypes: ["*/*"], transfer: "upload" } as const;

export const artifactActions = {
  /** The body is the file. `sha256`, when given, must be its digest; `labels` as `a=b,c=d`. */
  "artifacts.create": {
    summary: "Uploads a file; the body is its content.",
    params: Type.Object(
      {
        content: Content,
        filename: Type.Optional(FileName),
        sha256: Type.Optional(Sha256),
        labels: Type.Optional(
          Type.String({ maxLength: 4096, description: "`name=value`, with commas between" }),
        ),
        by: Type.Optional(Type.String({ maxLength: 256 })),
      },
      closed,
    ),
    result: Artifact,
    rest: { method: "POST", path, role: "operator", status: 201, ...upload },
  },
  /** To an address that was given out for this, once; its token comes as a bearer token. */
  "artifacts.upload": {
    summary: "Uploads a file that was asked for; the body is its content.",
    params: Type.Object({ artifactId: ArtifactId, content: Content, sha256: Type.Optional(Sha256) }, closed),
    result: Artifact,
    rest: { method: "PUT", path: one, role: "anyone", ...upload },
  },
  "artifacts.get": {
    summary: "What is known of a file.",
    params: ById,
    result: Artifact,
    rest: { method: "GET", path: one, role: "viewer", body: "none" },
  },
  /** Newest first when `orderBy` is not given. */
  "artifacts.list": {
    summary: "Files, a page at a time.",
    params: Type.Object(ListParams, closed),
    result: Type.Object({ artifacts: Type.Array(Artifact), nextPageToken: Type.String() }, closed),
    rest: { method: "GET", path, role: "viewer", body: "none" },
  },
  "artifacts.download": {
    summary: "The content of a file, or a range of it.",
    params: ById,
    result: Artifact,
    rest: { method: "GET", path: `${one}:download`, role: "viewer", body: "none", transfer: "download" },
  },
  "artifacts.delete": {
    summary: "Deletes a file.",
    params: ById,
    result: Type.Null(),
    rest: { method: "DELETE", path: one, role: "admin", status: 204, body: "none" },
  },
  /**
   * Content is about to be stored: under a new id, or at an address that was given out, whose token is spent by this.
   * Throws ARTIFACTS_FULL, UPLOAD_REFUSED.
   */
  "artifacts.begin": {
    params: Type.Object(
      {
        artifactId: Type.Optional(ArtifactId),
        token: Type.Optional(Token),
        contentType: ContentType,
      },
      closed,
    ),
    result: Type.Object({ artifactId: ArtifactId, maxBytes: Size }, closed),
  },
  /** Nothing was stored after all. */
  "artifacts.abandon": { params: ById, result: Type.Null() },
  /** Gives out an address for one upload; `keepSeconds`: how long what comes is kept. */
  "artifacts.expect": {
    params: Type.Object(
      {
        contentTypes: Type.Array(ContentType),
        maxBytes: Size,
        ttlSeconds: Type.Integer({ minimum: 1 }),
        keepSeconds: Type.Integer({ minimum: 1 }),
        filename: Type.Optional(FileName),
        labels: Labels,
        by: Type.String({ maxLength: 256 }),
      },
      closed,
    ),
    result: Type.Object({ artifactId: ArtifactId, token: Token, expireTime: Rfc3339 }, closed),
  },
  /** The content of one that was asked for, when it came another way; small, as base64. */
  "artifacts.put": {
    params: Type.Object(
      {
        artifactId: ArtifactId,
        token: Token,
        contentType: ContentType,
        data: Type.String({ maxLength: 1_400_000 }),
      },
      closed,
    ),
    result: Artifact,
  },
} as const satisfies Record<string, ActionContract>;
