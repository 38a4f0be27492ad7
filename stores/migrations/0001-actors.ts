import { DataTypes, type QueryInterface } from "sequelize";

const key = { allowNull: false, primaryKey: true };
const position = { type: DataTypes.BIGINT, allowNull: false, defaultValue: 0 };

/** Partitions, committed changes, documents and sessions of the actors of all types. */
export async function up({ context }: { context: QueryInterface }): Promise<void> {
  await context.createTable("partitions", {
    type: { type: DataTypes.STRING(32), ...key },
    partition: { type: DataTypes.INTEGER, ...key },
    epoch: position,
    owner: { type: DataTypes.STRING(255), allowNull: true },
    snapshot_pos: position,
    published_pos: position,
  });
  await context.createTable("commits", {
    type: { type: DataTypes.STRING(32), ...key },
    partition: { type: DataTypes.INTEGER, ...key },
    pos: { type: DataTypes.BIGINT, ...key },
    epoch: { type: DataTypes.BIGINT, allowNull: false },
    changes: { type: "LONGTEXT", allowNull: false },
  });
  await context.createTable("documents", {
    type: { type: DataTypes.STRING(32), ...key },
    actor_id: { type: DataTypes.STRING(128), ...key },
    partition: { type: DataTypes.INTEGER, allowNull: false },
    pos: { type: DataTypes.BIGINT, allowNull: false },
    due_time: { type: DataTypes.BIGINT, allowNull: true },
    document: { type: "LONGTEXT", allowNull: false },
  });
  await context.addIndex("documents", ["type", "partition", "due_time"]);
  await context.createTable("sessions", {
    node_id: { type: DataTypes.STRING(255), ...key },
    host: { type: DataTypes.STRING(255), allowNull: false },
    pid: { type: DataTypes.INTEGER, allowNull: false },
    expires_at: { type: DataTypes.BIGINT, allowNull: false },
  });
  await context.createTable("dead_letters", {
    id: { type: DataTypes.STRING(128), ...key },
    type: { type: DataTypes.STRING(32), allowNull: false },
    actor_id: { type: DataTypes.STRING(128), allowNull: false },
    time: { type: DataTypes.BIGINT, allowNull: false },
    command: { type: "LONGTEXT", allowNull: true },
    error: { type: "LONGTEXT", allowNull: false },
  });
}
