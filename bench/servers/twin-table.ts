import { DataTypes, Model, Sequelize } from "sequelize";
import { sqliteDialect } from "./sqlite-dialect.ts";

export class TwinRow extends Model {
  declare gatewayId: string;
  declare version: number;
  declare state: Record<string, unknown>;
}

export async function openTwinTable(file: string, gatewayIds: string[]): Promise<void> {
  const sequelize = new Sequelize({
    dialect: "sqlite",
    dialectModule: sqliteDialect,
    storage: file,
    logging: false,
  });
  TwinRow.init(
    {
      gatewayId: { type: DataTypes.STRING, primaryKey: true },
      version: { type: DataTypes.INTEGER, allowNull: false },
      state: { type: DataTypes.JSON, allowNull: false },
    },
    { sequelize, tableName: "twins" },
  );
  await sequelize.query("PRAGMA journal_mode = WAL");
  await sequelize.query("PRAGMA synchronous = FULL");
  await TwinRow.sync();
  await TwinRow.bulkCreate(gatewayIds.map((gatewayId) => ({ gatewayId, version: 0, state: {} })));
}
