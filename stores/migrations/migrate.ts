import { QueryTypes, type Sequelize } from "sequelize";
import { SequelizeStorage, Umzug } from "umzug";
import pack from "../../package.json" with { type: "json" };
import { COLLATION } from "../mysql/connect.ts";
import { refuseOlder, requireUsable } from "./compat.ts";
import { MIGRATIONS, type Migration } from "./migrations.ts";

/** Brings the schema up to date; migrations of a later version that the store knows are left as they are. */
export async function migrate(
  sequelize: Sequelize,
  migrations: readonly Migration[] = MIGRATIONS,
  version: string = pack.version,
): Promise<void> {
  const context = sequelize.getQueryInterface();
  await requireUsable(context, version);
  const umzug = new Umzug({
    migrations: migrations.map(guarded),
    context,
    storage: new SequelizeStorage({ sequelize, tableName: "migrations" }),
    logger: undefined,
  });
  await umzug.up();
}

/** Who would miss what a migration takes away is refused before it is gone. */
function guarded({ name, up, oldestVersion }: Migration): Migration {
  if (oldestVersion === undefined) return { name, up };
  return {
    name,
    up: async (params) => {
      await refuseOlder(params.context, oldestVersion);
      await up(params);
    },
  };
}

/** Locks are the server's: each of its databases has one. */
const LOCK = "CONCAT('gateway-twin/', MD5(DATABASE()))";
const MAX_WAIT_S = 60;

/** The same where several nodes may start at the same time: the others wait until the first has done it. */
export function migrateAlone(
  sequelize: Sequelize,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  // The transaction is there for its connection: the lock is that one's.
  return sequelize.transaction(async (transaction) => {
    const ask = (sql: string) =>
      sequelize.query<{ answer: number | null }>(sql, { transaction, type: QueryTypes.SELECT, plain: true });
    const taken = await ask(`SELECT GET_LOCK(${LOCK}, ${MAX_WAIT_S}) AS answer`);
    if (taken?.answer !== 1)
      throw new Error(`another node has been changing the schema for ${MAX_WAIT_S} seconds`);
    try {
      await useBinaryTexts(sequelize);
      await migrate(sequelize, migrations);
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
