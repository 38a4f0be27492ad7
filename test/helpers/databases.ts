import type { Sequelize } from "sequelize";
import { openDatabase } from "../../stores/database.ts";
import { temporaryDirectory } from "./actor-harness.ts";
import { freshDatabase } from "./servers.ts";

export type OpenedDatabase = {
  readonly sequelize: Sequelize;
  /** Removes all rows of these tables. */
  readonly clear: (...tables: readonly string[]) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** A new database with our tables and nothing in them. */
type OpenDatabase = () => Promise<OpenedDatabase>;

export const onSqlite: OpenDatabase = async () => {
  const directory = await temporaryDirectory();
  return opened(directory.path, directory.remove);
};

export const onMariadb: OpenDatabase = async () => {
  const database = await freshDatabase();
  return opened(database.url, database.drop);
};

async function opened(place: string, remove: () => Promise<void>): Promise<OpenedDatabase> {
  const sequelize = await openDatabase(place);
  const clear = async (...tables: readonly string[]) => {
    for (const table of tables) await sequelize.query(`DELETE FROM ${table}`);
  };
  const close = async () => {
    await sequelize.close();
    await remove();
  };
  return { sequelize, clear, close };
}

/** For `describe.each`. */
export const DATABASES: readonly (readonly [driver: string, open: OpenDatabase])[] = [
  ["SQLite", onSqlite],
  ["MariaDB", onMariadb],
];
