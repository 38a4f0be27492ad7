import { DataTypes, type QueryInterface } from "sequelize";

/** Which versions may start on the store; see `compat.ts`. */
export async function up({ context }: { context: QueryInterface }): Promise<void> {
  await context.createTable("schema_compat", {
    id: { type: DataTypes.INTEGER, allowNull: false, primaryKey: true },
    /** The oldest version that still works with the schema: "0.6.0". */
    oldest_version: { type: DataTypes.STRING(32), allowNull: false },
    /** Why nobody may start on it now; null when everybody may. */
    unusable: { type: DataTypes.TEXT, allowNull: true },
  });
  const [known] = await context.sequelize.query("SELECT id FROM schema_compat");
  if (known.length > 0) return;
  await context.bulkInsert("schema_compat", [{ id: 1, oldest_version: "0.0.0", unusable: null }]);
}
