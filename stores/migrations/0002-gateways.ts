import { DataTypes, type QueryInterface } from "sequelize";

const required = { allowNull: false };
const time = { type: DataTypes.BIGINT, ...required };

/** The registry. Ids are told apart by case also where the database's default collation does not. */
export async function up({ context }: { context: QueryInterface }): Promise<void> {
  await context.createTable("gateways", {
    gateway_id: { type: DataTypes.STRING(128, true), ...required, primaryKey: true },
    display_name: { type: DataTypes.STRING(256), ...required },
    labels: { type: DataTypes.JSON, ...required },
    password_hash: { type: DataTypes.STRING(255), ...required },
    create_time: time,
    update_time: time,
    deleting: { type: DataTypes.BOOLEAN, ...required, defaultValue: false },
  });
  await context.addIndex("gateways", ["display_name", "gateway_id"]);
  await context.addIndex("gateways", ["create_time", "gateway_id"]);
  await context.addIndex("gateways", ["update_time", "gateway_id"]);
}
