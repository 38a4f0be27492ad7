import { DataTypes, type QueryInterface } from "sequelize";

const number = { type: DataTypes.BIGINT, allowNull: false, defaultValue: 0 };

/**
 * How many gateways are in each phase of configuration, by partition of their config actors, with all rows up to `pos`
 * and `changes` of the one at it.
 */
export async function up({ context }: { context: QueryInterface }): Promise<void> {
  await context.createTable("config_counts", {
    partition: { type: DataTypes.INTEGER, allowNull: false, primaryKey: true },
    pos: number,
    changes: number,
    in_sync: number,
    pending: number,
    delivering: number,
    failed: number,
  });
}
