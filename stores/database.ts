import { join } from "node:path";
import { AccessDeniedError, ConnectionError, Sequelize } from "sequelize";
import { migrate, migrateAlone } from "./migrations/migrate.ts";
import { type Address, addressOf, connectMysql } from "./mysql/connect.ts";
import { dialectModule } from "./sqlite/dialect-module.ts";

/** A change of a large table takes a while, in which the server says nothing. */
const MAX_MIGRATION_MS = 10 * 60_000;

/** The database's server is away: it may well be there a little later. */
export class DatabaseUnreachableError extends Error {}

/**
 * Opens the database and brings its schema up to date: an SQLite file below a folder, or what is at
 * `mysql://user:password@host:port/database`.
 */
export async function openDatabase(place: string): Promise<Sequelize> {
  return /^(mysql|mariadb):/i.test(place) ? openMysql(addressOf(place)) : openSqlite(place);
}

async function openSqlite(dataDir: string): Promise<Sequelize> {
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

async function openMysql(address: Address): Promise<Sequelize> {
  const patient = connectMysql(address, MAX_MIGRATION_MS);
  try {
    await migrateAlone(patient);
  } catch (error) {
    throw unusable(address, error);
  } finally {
    await patient.close();
  }
  return connectMysql(address);
}

/** Says where the database is, without the password. */
function unusable({ host, port, database }: Address, error: unknown): Error {
  const message = `the database '${database}' at ${host}:${port} cannot be used: ${problemOf(error)}`;
  const isAway = error instanceof ConnectionError && !(error instanceof AccessDeniedError);
  return isAway
    ? new DatabaseUnreachableError(message, { cause: error })
    : new Error(message, { cause: error });
}

/** A name with several addresses fails with an error that has a code and no message. */
function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConnectionError && !error.message && "code" in error.parent)
    return String(error.parent.code);
  return error.message;
}
