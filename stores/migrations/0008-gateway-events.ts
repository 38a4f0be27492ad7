import { DataTypes, type QueryInterface } from "sequelize";

const required = { allowNull: false };

/** Events of the registry that are not on the bus yet. Numbers are never used again. */
export async function up({ context }: { context: QueryInterface }): Promise<void> {
  await context.createTable("gateway_events", {
    id: { type: DataTypes.INTEGER, ...required, primaryKey: true, autoIncrement: true },
    gateway_id: { type: DataTypes.STRING(128, true), ...required },
    time: { type: DataTypes.BIGINT, ...required },
    event: { type: "LONGTEXT", ...required },
  });
}
