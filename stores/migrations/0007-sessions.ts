import { DataTypes, type QueryInterface } from "sequelize";

const required = { allowNull: false };

/** Sessions say more of a node now. They live for seconds: the table is made anew. */
export async function up({ context }: { context: QueryInterface }): Promise<void> {
  await context.dropTable("sessions");
  await context.createTable("sessions", {
    node_id: { type: DataTypes.STRING(255), ...required, primaryKey: true },
    instance_id: { type: DataTypes.STRING(64), ...required },
    host: { type: DataTypes.STRING(255), ...required },
    pid: { type: DataTypes.INTEGER, ...required },
    roles: { type: DataTypes.TEXT, ...required },
    types: { type: DataTypes.TEXT, ...required },
    is_draining: { type: DataTypes.BOOLEAN, ...required },
    start_time: { type: DataTypes.BIGINT, ...required },
    expires_at: { type: DataTypes.BIGINT, ...required },
  });
}
