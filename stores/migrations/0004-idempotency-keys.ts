import { DataTypes, type QueryInterface } from "sequelize";

const required = { allowNull: false };

/** Answers kept for repeated requests: sealed with the Idempotency-Key, which is not stored. */
export async function up({ context }: { context: QueryInterface }): Promise<void> {
  await context.createTable("idempotency_keys", {
    id: { type: DataTypes.STRING(64, true), ...required, primaryKey: true },
    sealed_answer: { type: "LONGTEXT", ...required },
    expire_time: { type: DataTypes.BIGINT, ...required },
  });
  await context.addIndex("idempotency_keys", ["expire_time"]);
}
