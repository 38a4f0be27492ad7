import { DataTypes, type Model, type ModelStatic, type Sequelize } from "sequelize";
import type { Artifact } from "../../../actors/contracts/artifacts.ts";

/** `EXPECTED`: its upload address was given out. `UPLOADING`: its content comes. `READY`: it is an artifact. */
export type ArtifactState = "EXPECTED" | "UPLOADING" | "READY";

/** Times are epoch milliseconds. */
export type ArtifactRow = {
  readonly artifactId: string;
  readonly state: ArtifactState;
  readonly filename: string | null;
  readonly contentType: string;
  readonly size: number;
  readonly sha256: string;
  readonly labels: Artifact["labels"];
  readonly by: string;
  readonly createTime: number;
  /** Then it is removed, whatever its state; null: never. */
  readonly expireTime: number | null;
  /** Of an upload address: who has it, what it takes, and how long the content is kept. */
  readonly tokenHash: string | null;
  readonly accepted: readonly string[] | null;
  readonly maxBytes: number;
  readonly keepSeconds: number | null;
};

export function artifactModel(sequelize: Sequelize): ModelStatic<Model<ArtifactRow>> {
  return sequelize.define<Model<ArtifactRow>>("Artifact", COLUMNS, {
    tableName: "artifacts",
    timestamps: false,
  });
}

/** Some drivers give JSON columns as text and big integers as strings. */
export function rowOf(model: Model<ArtifactRow>): ArtifactRow {
  const row = model.get();
  return {
    ...row,
    labels: parsed(row.labels),
    accepted: parsed(row.accepted),
    size: Number(row.size),
    createTime: Number(row.createTime),
    expireTime: numberOrNull(row.expireTime),
    maxBytes: Number(row.maxBytes),
    keepSeconds: numberOrNull(row.keepSeconds),
  };
}

export function artifactOf(row: ArtifactRow): Artifact {
  const { artifactId, filename, contentType, size, sha256, labels, by, createTime, expireTime } = row;
  return {
    artifactId,
    ...(filename !== null && { filename }),
    contentType,
    size,
    sha256,
    labels,
    by,
    createTime: new Date(createTime).toISOString(),
    expireTime: expireTime === null ? null : new Date(expireTime).toISOString(),
  };
}

function parsed<Value>(value: Value): Value {
  return typeof value === "string" ? JSON.parse(value) : value;
}

function numberOrNull(value: number | null): number | null {
  return value === null ? null : Number(value);
}

const COLUMNS = {
  artifactId: { type: DataTypes.STRING(64), primaryKey: true, field: "artifact_id" },
  state: { type: DataTypes.STRING(16) },
  filename: { type: DataTypes.STRING(255) },
  contentType: { type: DataTypes.STRING(128), field: "content_type" },
  size: { type: DataTypes.BIGINT },
  sha256: { type: DataTypes.STRING(64) },
  labels: { type: DataTypes.JSON },
  by: { type: DataTypes.STRING(256), field: "by_name" },
  createTime: { type: DataTypes.BIGINT, field: "create_time" },
  expireTime: { type: DataTypes.BIGINT, field: "expire_time" },
  tokenHash: { type: DataTypes.STRING(64), field: "token_hash" },
  accepted: { type: DataTypes.JSON },
  maxBytes: { type: DataTypes.BIGINT, field: "max_bytes" },
  keepSeconds: { type: DataTypes.BIGINT, field: "keep_seconds" },
};
