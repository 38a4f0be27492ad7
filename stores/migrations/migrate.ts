import { QueryTypes, type Sequelize } from "sequelize";
import { SequelizeStorage, Umzug } from "umzug";
import { COLLATION } from "../mysql/connect.ts";
import { MIGRATIONS } from "./migrations.ts";

/** Brings the schema up to date. */
export async function migrate(sequelize: Sequelize): Promise<void> {
  const umzug = new Umzug({
    migrations: MIGRATIONS,
    context: sequelize.getQueryInterface(),
    storage: new SequelizeStorage({ sequelize, tableName: "migrations" }),
    logger: undefined,
  });
  await umzug.up();
}

/** Locks are the server's: each of its databases has one. */
const LOCK = "CONCAT('gateway-twin/', MD5(DATABASE()))";
const MAX_WAIT_S = 60;

/** The same where several nodes may start at the same time: the others wait until the first has done it. */
export function migrateAlone(sequelize: Sequelize): Promise<void> {
  // The transaction is there for its connection: the lock is that one's.
  return sequelize.transaction(async (transaction) => {
    const ask = (sql: string) =>
      sequelize.query<{ answer: number | null }>(sql, { transaction, type: QueryTypes.SELECT, plain: true });
    const taken = await ask(`SELECT GET_LOCK(${LOCK}, ${MAX_WAIT_S}) AS answer`);
    if (taken?.answer !== 1)
      throw new Error(`another node has been changing the schema for ${MAX_WAIT_S} seconds`);
    try {
      await useBinaryTexts(sequelize);
      await migrate(sequelize);
    } finally {
      await ask(`SELECT RELEASE_LOCK(${LOCK}) AS answer`);
    }
  });
}

/** Ids are told apart by case and accents: in all tables that are made from now on. */
async function useBinaryTexts(sequelize: Sequelize): Promise<void> {
  const [used] = await sequelize.query<{ name: string }>("SELECT @@collation_database AS name", {
    type: QueryTypes.SELECT,
  });
  if (used?.name === COLLATION) return;
  const database = sequelize.getQueryInterface().quoteIdentifier(sequelize.getDatabaseName());
  await sequelize.query(`ALTER DATABASE ${database} CHARACTER SET utf8mb4 COLLATE ${COLLATION}`);
}
