import { DataTypes, type QueryInterface } from "sequelize";

/** Who works on the answer, and until when (epoch milliseconds by the clock of the store): null when it is there. */
export async function up({ context }: { context: QueryInterface }): Promise<void> {
  await context.addColumn("idempotency_keys", "claim", {
    type: DataTypes.STRING(36, true),
    allowNull: false,
    defaultValue: "",
  });
  await context.addColumn("idempotency_keys", "claimed_until", { type: DataTypes.BIGINT, allowNull: true });
}
