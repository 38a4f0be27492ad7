import { QueryTypes, type Sequelize, type Transaction } from "sequelize";
import { type Dialect, dialectOf } from "./dialect.ts";
import { Statement } from "./statement.ts";

type Worded = { readonly text: string; readonly options: { readonly bind?: unknown[] } };

/** Statements of our own on a database, in the words of its dialect. */
export class Sql {
  readonly dialect: Dialect;
  readonly #sequelize: Sequelize;
  readonly #options: { readonly transaction?: Transaction };

  constructor(sequelize: Sequelize, options: { readonly transaction?: Transaction } = {}) {
    this.#sequelize = sequelize;
    this.#options = options;
    this.dialect = dialectOf(sequelize);
  }

  statement(): Statement {
    return new Statement();
  }

  read<Row extends object>(sql: string, statement = new Statement()): Promise<Row[]> {
    return this.#read(this.#worded(sql, statement));
  }

  /** The number of rows written. */
  write(sql: string, statement: Statement): Promise<number> {
    return this.#write(this.#worded(sql, statement));
  }

  /** Quicker where there is much data; only for statements that have few different texts. */
  readPrepared<Row extends object>(text: string, { bind }: Statement): Promise<Row[]> {
    return this.#read({ text, options: { bind } });
  }

  /** The same for writing. */
  writePrepared(text: string, { bind }: Statement): Promise<number> {
    return this.#write({ text, options: { bind } });
  }

  /** All that `work` writes with the Sql it is given, or nothing of it when it throws. */
  transaction<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    return this.#sequelize.transaction((transaction) => work(new Sql(this.#sequelize, { transaction })));
  }

  #read<Row extends object>({ text, options }: Worded): Promise<Row[]> {
    return this.#sequelize.query<Row>(text, { ...this.#options, ...options, type: QueryTypes.SELECT });
  }

  async #write({ text, options }: Worded): Promise<number> {
    const all = { ...this.#options, ...options, type: QueryTypes.RAW };
    const [, metadata] = await this.#sequelize.query(text, all);
    return this.dialect.affected(metadata);
  }

  /** A server that keeps statements, and only so many of them, gets the values in the text. */
  #worded(sql: string, { bind }: Statement): Worded {
    if (!this.dialect.keepsStatements) return { text: sql, options: { bind } };
    const valueAt = (_placeholder: string, n: string) => this.#escaped(bind[Number(n) - 1]);
    return { text: sql.replace(/\$(\d+)/g, valueAt), options: {} };
  }

  #escaped(value: unknown): string {
    if (value === null) return "NULL";
    if (typeof value === "string" || typeof value === "number") return this.#sequelize.escape(value);
    throw new TypeError(`no value for a statement: ${String(value)}`);
  }
}
