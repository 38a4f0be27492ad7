import { DataTypes, type QueryInterface } from "sequelize";

const required = { allowNull: false };
const bytes = (length: number) => ({ type: DataTypes.STRING(length, true), ...required });

/** Who has called what over REST, and with what result. `seq` grows, so that the oldest and the surplus are found. */
export async function up({ context }: { context: QueryInterface }): Promise<void> {
  const isSqlite = context.sequelize.getDialect() === "sqlite";
  await context.createTable("audit_logs", {
    seq: {
      type: isSqlite ? DataTypes.INTEGER : DataTypes.BIGINT,
      ...required,
      primaryKey: true,
      autoIncrement: true,
    },
    audit_log_id: { ...bytes(36), unique: true },
    time: { type: DataTypes.BIGINT, ...required },
    actor: bytes(128),
    role: bytes(16),
    method: bytes(8),
    permission: bytes(128),
    target: { type: DataTypes.STRING(512), ...required },
    gateway_id: { type: DataTypes.STRING(128, true), allowNull: true },
    status: { type: DataTypes.INTEGER, ...required },
    reason: { type: DataTypes.STRING(64, true), allowNull: true },
    latency_ms: { type: DataTypes.BIGINT, ...required },
    trace_id: { type: DataTypes.STRING(32, true), allowNull: true },
    request_id: bytes(128),
    source_address: bytes(64),
  });
  await context.addIndex("audit_logs", ["time", "seq"]);
  await context.addIndex("audit_logs", ["actor", "time", "seq"]);
  await context.addIndex("audit_logs", ["permission", "time", "seq"]);
  await context.addIndex("audit_logs", ["gateway_id", "time", "seq"]);
}
