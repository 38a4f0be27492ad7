import { join } from "node:path";
import { Sequelize } from "sequelize";
import { SequelizeStorage, Umzug } from "umzug";
import { MIGRATIONS } from "./migrations/migrations.ts";
import { dialectModule } from "./sqlite/dialect-module.ts";

/** Opens the database (an SQLite file below `dataDir`) and brings its schema up to date. */
export async function openDatabase(dataDir: string): Promise<Sequelize> {
  const sequelize = new Sequelize({
    dialect: "sqlite",
    storage: join(dataDir, "gateway-twin.sqlite"),
    dialectModule,
    logging: false,
  });
  try {
    await migrate(sequelize);
  } catch (error) {
    await sequelize.close();
    throw error;
  }
  return sequelize;
}

async function migrate(sequelize: Sequelize): Promise<void> {
  const umzug = new Umzug({
    migrations: MIGRATIONS,
    context: sequelize.getQueryInterface(),
    storage: new SequelizeStorage({ sequelize, tableName: "migrations" }),
    logger: undefined,
  });
  await umzug.up();
}
