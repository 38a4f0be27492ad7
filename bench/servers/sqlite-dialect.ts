import Sqlite from "better-sqlite3";

type Callback = (this: Outcome, error: Error | null, rows?: unknown[]) => void;
type Outcome = { lastID?: number | bigint; changes?: number };
type Named = Record<string, unknown>;

/** The face of the `sqlite3` package that Sequelize expects, over better-sqlite3: no compile at install. */
class Database {
  readonly #sqlite: Sqlite.Database;

  constructor(file: string, _mode: number, opened: (error: Error | null) => void) {
    this.#sqlite = new Sqlite(file);
    process.nextTick(opened, null);
  }

  serialize(work: () => void): void {
    work();
  }

  run(sql: string, ...rest: [Named, Callback?] | [Callback?]): void {
    this.#execute(sql, rest);
  }

  all(sql: string, ...rest: [Named, Callback?] | [Callback?]): void {
    this.#execute(sql, rest);
  }

  exec(sql: string, done: Callback): void {
    this.#sqlite.exec(sql);
    done.call({}, null);
  }

  close(done?: (error: Error | null) => void): void {
    this.#sqlite.close();
    done?.(null);
  }

  #execute(sql: string, rest: [Named, Callback?] | [Callback?]): void {
    const [first, second] = rest;
    const parameters = typeof first === "object" ? withoutPrefix(first) : {};
    const done = typeof first === "function" ? first : second;
    try {
      const { outcome, rows } = this.#query(sql, parameters);
      done?.call(outcome, null, rows);
    } catch (error) {
      done?.call({}, error as Error);
    }
  }

  #query(sql: string, parameters: Named): { outcome: Outcome; rows: unknown[] } {
    const statement = this.#sqlite.prepare(sql);
    if (statement.reader) return { outcome: {}, rows: statement.all(parameters) };
    const { changes, lastInsertRowid } = statement.run(parameters);
    return { outcome: { changes, lastID: lastInsertRowid }, rows: [] };
  }
}

/** Sequelize binds `$1`, better-sqlite3 wants the bare name. */
function withoutPrefix(parameters: Named): Named {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name.replace("$", ""), value]),
  );
}

export const sqliteDialect = { Database, OPEN_READONLY: 1, OPEN_READWRITE: 2, OPEN_CREATE: 4 };
