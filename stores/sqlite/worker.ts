import { parentPort } from "node:worker_threads";
import BetterSqlite3 from "better-sqlite3";
import type { Execution, Reply, Request } from "./protocol.ts";

/** Statements kept compiled, per connection. */
const MAX_STATEMENTS = 200;
/** Longer ones are built for one call: there is no use in keeping them. */
const MAX_STATEMENT_LENGTH = 65_536;
/** A log of 64 MB is checkpointed by a commit after all; the checkpointer has then left little of it to do. */
const LOG_PAGES = 16_384;

type Connection = {
  readonly database: BetterSqlite3.Database;
  readonly statements: Map<string, BetterSqlite3.Statement>;
};

/** The thread that holds the SQLite connections, so that no disk sync ever stops the event loop. */
const connections = new Map<number, Connection>();

function open(id: number, file: string): Execution {
  const database = new BetterSqlite3(file, { timeout: 0 });
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.pragma(`wal_autocheckpoint = ${LOG_PAGES}`);
  connections.set(id, { database, statements: new Map() });
  return { rows: [], changes: 0, lastId: 0 };
}

function close(id: number): Execution {
  connections.get(id)?.database.close();
  connections.delete(id);
  return { rows: [], changes: 0, lastId: 0 };
}

function execute(id: number, sql: string, parameters: unknown[] | object): Execution {
  const connection = connections.get(id);
  if (!connection) throw new Error("the database connection is closed");
  const statement = statementOf(connection, sql);
  const bound = Array.isArray(parameters) ? parameters : [parameters];
  if (statement.reader) return { rows: statement.all(...bound), changes: 0, lastId: 0 };
  const { changes, lastInsertRowid } = statement.run(...bound);
  return { rows: [], changes, lastId: Number(lastInsertRowid) };
}

function statementOf({ database, statements }: Connection, sql: string): BetterSqlite3.Statement {
  const known = statements.get(sql);
  if (known) return known;
  if (statements.size >= MAX_STATEMENTS) statements.clear();
  const statement = database.prepare(sql);
  if (sql.length <= MAX_STATEMENT_LENGTH) statements.set(sql, statement);
  return statement;
}

function perform(request: Request): Execution {
  switch (request.kind) {
    case "open":
      return open(request.connection, request.file);
    case "close":
      return close(request.connection);
    case "execute":
      return execute(request.connection, request.sql, request.parameters);
  }
}

parentPort?.on("message", (request: Request | null) => {
  if (request === null) return parentPort?.close();
  try {
    parentPort?.postMessage({ id: request.id, result: perform(request) } satisfies Reply);
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    parentPort?.postMessage({
      id: request.id,
      error: { message, code: code ?? "SQLITE_ERROR" },
    } satisfies Reply);
  }
});
