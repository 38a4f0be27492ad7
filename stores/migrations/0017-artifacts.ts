import { DataTypes, type QueryInterface } from "sequelize";

const required = { allowNull: false };
const maybe = { allowNull: true };
const id = { type: DataTypes.STRING(64, true), ...required };

/** What is known of files, and the content of those that are kept in the database. */
export async function up({ context }: { context: QueryInterface }): Promise<void> {
  await context.createTable("artifacts", {
    artifact_id: { ...id, primaryKey: true },
    /** EXPECTED, UPLOADING, READY */
    state: { type: DataTypes.STRING(16), ...required },
    filename: { type: DataTypes.STRING(255), ...maybe },
    content_type: { type: DataTypes.STRING(128), ...required },
    size: { type: DataTypes.BIGINT, ...required },
    sha256: { type: DataTypes.STRING(64), ...required },
    labels: { type: DataTypes.JSON, ...required },
    by_name: { type: DataTypes.STRING(256), ...required },
    create_time: { type: DataTypes.BIGINT, ...required },
    /** Then it is removed, if it is not null. */
    expire_time: { type: DataTypes.BIGINT, ...maybe },
    /** Of an upload address: who has it, what it takes, and how long the content is kept. */
    token_hash: { type: DataTypes.STRING(64), ...maybe },
    accepted: { type: DataTypes.JSON, ...maybe },
    max_bytes: { type: DataTypes.BIGINT, ...required },
    keep_seconds: { type: DataTypes.BIGINT, ...maybe },
  });
  await context.addIndex("artifacts", ["create_time"]);
  await context.addIndex("artifacts", ["expire_time"]);
  await context.createTable("artifact_chunks", {
    blob_id: { ...id, primaryKey: true },
    nr: { type: DataTypes.INTEGER, ...required, primaryKey: true },
    content: { type: DataTypes.BLOB("medium"), ...required },
  });
}
