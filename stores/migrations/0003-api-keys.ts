import { DataTypes, type QueryInterface } from "sequelize";

const required = { allowNull: false };

/** Who may use the open API. Tokens are stored hashed. */
export async function up({ context }: { context: QueryInterface }): Promise<void> {
  await context.createTable("api_keys", {
    key_id: { type: DataTypes.STRING(64), ...required, primaryKey: true },
    display_name: { type: DataTypes.STRING(256), ...required },
    role: { type: DataTypes.STRING(32), ...required },
    token_hash: { type: DataTypes.STRING(255), ...required },
    create_time: { type: DataTypes.BIGINT, ...required },
  });
}
