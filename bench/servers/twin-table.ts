import { DataTypes, Model, Sequelize } from "sequelize";
import type { StoredTwin } from "../verify.ts";
import { mergePatch } from "./merge-patch.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";

export class TwinRow extends Model {
  declare gatewayId: string;
  declare version: number;
  declare state: Record<string, unknown>;
}

export async function openSqliteTwins(file: string, gatewayIds: string[]): Promise<void> {
  const sequelize = new Sequelize({
    dialect: "sqlite",
    dialectModule: sqliteDialect,
    storage: file,
    logging: false,
  });
  await sequelize.query("PRAGMA journal_mode = WAL");
  await sequelize.query("PRAGMA synchronous = FULL");
  await createTwins(sequelize, gatewayIds);
}

export async function openMysqlTwins(url: string, connections: number, gatewayIds: string[]): Promise<void> {
  const sequelize = new Sequelize(url, { dialect: "mysql", logging: false, pool: { max: connections } });
  await createTwins(sequelize, gatewayIds);
}

export async function updateTwin(gatewayId: string, patch: Record<string, unknown>): Promise<void> {
  const row = await TwinRow.findByPk(gatewayId, { rejectOnEmpty: true });
  await row.update({ state: mergePatch(row.state, patch), version: row.version + 1 });
}

export async function storedTwins(): Promise<StoredTwin[]> {
  const rows = await TwinRow.findAll();
  return rows.map(({ gatewayId, version, state }) => ({
    gatewayId,
    version,
    counter: Number(state.counter),
  }));
}

async function createTwins(sequelize: Sequelize, gatewayIds: string[]): Promise<void> {
  TwinRow.init(
    {
      gatewayId: { type: DataTypes.STRING, primaryKey: true },
      version: { type: DataTypes.INTEGER, allowNull: false },
      state: { type: DataTypes.JSON, allowNull: false },
    },
    { sequelize, tableName: "twins" },
  );
  await TwinRow.sync();
  await TwinRow.bulkCreate(gatewayIds.map((gatewayId) => ({ gatewayId, version: 0, state: {} })));
}
