import { DataTypes, type QueryInterface } from "sequelize";

const required = { allowNull: false };
const key = { ...required, primaryKey: true };

/** What the in-process event bus keeps: progress of its groups, its sequence, and the rows that were put aside. */
export async function up({ context }: { context: QueryInterface }): Promise<void> {
  await context.createTable("bus_offsets", {
    group_name: { type: DataTypes.STRING(64), ...key },
    type: { type: DataTypes.STRING(32), ...key },
    partition: { type: DataTypes.INTEGER, ...key },
    pos: { type: DataTypes.BIGINT, ...required },
  });
  await context.createTable("bus_counters", {
    name: { type: DataTypes.STRING(32), ...key },
    value: { type: DataTypes.BIGINT, ...required },
  });
  await context.bulkInsert("bus_counters", [{ name: "sequence", value: 1 }]);
  await context.createTable("bus_undelivered", {
    id: { type: DataTypes.STRING(255), ...key },
    group_name: { type: DataTypes.STRING(64), ...required },
    time: { type: DataTypes.BIGINT, ...required },
    deliveries: { type: DataTypes.INTEGER, ...required },
    error: { type: "LONGTEXT", ...required },
    content: { type: "LONGTEXT", ...required },
  });
  await context.addIndex("bus_undelivered", ["time", "id"]);
  await context.addIndex("dead_letters", ["time", "id"]);
}
