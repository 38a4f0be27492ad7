import { type Connection, createConnection } from "mysql2";
import type { Sequelize } from "sequelize";
import { openDatabase } from "../../stores/database.ts";
import { compatOf, markUnusable } from "../../stores/migrations/compat.ts";
import { addressOf, COLLATION, connectMysql } from "../../stores/mysql/connect.ts";
import { type Row, sizeOf, Tally } from "./rows.ts";
import type { SourceTable } from "./source.ts";

const UNFINISHED =
  "a move into this database has not finished; run `npm run move` again, which begins anew, or drop the database";
const BATCH_ROWS = 500;
const BATCH_SIZE = 1024 * 1024;

/** A MySQL or MariaDB database that is being filled: until that is done, no node starts on it. */
export class Target {
  readonly sequelize: Sequelize;
  readonly #connection: Connection;

  private constructor(sequelize: Sequelize, connection: Connection) {
    this.sequelize = sequelize;
    this.#connection = connection;
  }

  /** Makes the schema. Throws one line when there is something in the database that no move has left. */
  static async open(url: string): Promise<Target> {
    await makeEmpty(url);
    const sequelize = await openDatabase(url);
    await markUnusable(sequelize.getQueryInterface(), UNFINISHED);
    const { username: user, ...rest } = addressOf(url);
    const connection = createConnection({
      ...rest,
      user,
      charset: COLLATION,
      supportBigNumbers: true,
      bigNumberStrings: true,
      jsonStrings: true,
    });
    await connection.promise().query("SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO'");
    return new Target(sequelize, connection);
  }

  /** The table has these rows and no others then; returns what was written. */
  async fill(table: SourceTable, progress: (share: number) => void): Promise<Tally> {
    await this.#connection.promise().query("DELETE FROM ??", [table.name]);
    const tally = new Tally(table.jsonColumns);
    for (const batch of batchesOf(table.rows())) {
      await this.#insert(table, batch);
      for (const row of batch) tally.add(row);
      progress(tally.rows / table.count);
    }
    return tally;
  }

  /** What the table has. */
  async tally({ name, columns, jsonColumns }: SourceTable): Promise<Tally> {
    const tally = new Tally(jsonColumns);
    const rows = this.#connection.query({
      sql: "SELECT ?? FROM ??",
      values: [columns, name],
      rowsAsArray: true,
    });
    for await (const row of rows.stream()) tally.add(row);
    return tally;
  }

  /** New rows get numbers above this one. */
  async continueAfter(table: string, last: number): Promise<void> {
    await this.#connection.promise().query(`ALTER TABLE ?? AUTO_INCREMENT = ${last + 1}`, [table]);
  }

  /** From now on nodes may start on it. */
  async finish(): Promise<void> {
    await markUnusable(this.sequelize.getQueryInterface(), null);
  }

  async close(): Promise<void> {
    await this.#connection.promise().end();
    await this.sequelize.close();
  }

  async #insert({ name, columns }: SourceTable, batch: readonly Row[]): Promise<void> {
    const values = batch.map((row) => row.map((cell) => (typeof cell === "bigint" ? String(cell) : cell)));
    try {
      await this.#connection.promise().query("INSERT INTO ?? (??) VALUES ?", [name, columns, values]);
    } catch (error) {
      throw new Error(
        `the table ${name} cannot be copied: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
}

function* batchesOf(rows: Iterable<Row>): Generator<Row[]> {
  let [batch, size]: [Row[], number] = [[], 0];
  for (const row of rows) {
    batch.push(row);
    size += sizeOf(row);
    if (batch.length < BATCH_ROWS && size < BATCH_SIZE) continue;
    yield batch;
    [batch, size] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

async function makeEmpty(url: string): Promise<void> {
  const sequelize = connectMysql(addressOf(url));
  const context = sequelize.getQueryInterface();
  try {
    const tables = await context.showAllTables();
    if (tables.length === 0) return;
    if ((await compatOf(context))?.unusable !== UNFINISHED)
      throw new Error(
        `the database ${addressOf(url).database} is not empty; create another one, and name that with --to`,
      );
    await context.dropAllTables();
  } finally {
    await sequelize.close();
  }
}
