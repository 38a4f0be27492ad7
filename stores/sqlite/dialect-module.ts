import { Worker } from "node:worker_threads";
import type { Execution, Reply, Request } from "./protocol.ts";

type Callback = (this: { lastID: number; changes: number }, error: Error | null, rows?: unknown[]) => void;
type Unsent = Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never;
type Waiting = { readonly resolve: (execution: Execution) => void; readonly reject: (error: Error) => void };

/** A thread is asked to end: stopping it in the middle of native code may take the process down. */
class Thread {
  readonly worker: Worker;
  readonly #exit: Promise<unknown>;

  constructor(module: string, workerData: object = {}) {
    this.worker = new Worker(new URL(module, import.meta.url), { workerData });
    // From the start: one that has failed is gone already when somebody ends it.
    this.#exit = new Promise((resolve) => this.worker.once("exit", resolve));
  }

  async end(): Promise<void> {
    this.worker.postMessage(null);
    await this.#exit;
  }
}

/** One thread for all connections; it lives as long as one of them. */
class SqliteThread {
  #thread: Thread | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #connections = 0;

  get waiting(): number {
    return this.#waiting.size;
  }

  acquire(): number {
    this.#thread ??= this.#start();
    this.#connections += 1;
    return ++this.#lastId;
  }

  async release(): Promise<void> {
    this.#connections -= 1;
    if (this.#connections > 0) return;
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.end();
  }

  request(request: Unsent): Promise<Execution> {
    const worker = this.#thread?.worker;
    if (!worker) return Promise.reject(sqliteError("SQLITE_MISUSE", "the database is closed"));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ ...request, id });
    });
  }

  #start(): Thread {
    const thread = new Thread("./worker.ts");
    thread.worker.on("message", (reply: Reply) => this.#settle(reply));
    thread.worker.on("error", (error) => this.#failAll(error));
    return thread;
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ("result" in reply) waiting?.resolve(reply.result);
    else waiting?.reject(sqliteError(reply.error.code, reply.error.message));
  }

  #failAll(error: unknown): void {
    for (const { reject } of this.#waiting.values())
      reject(error instanceof Error ? error : new Error(String(error)));
    this.#waiting.clear();
  }
}

/** Sequelize tells constraint errors by this code alone, and reads the details from the message. */
function sqliteError(code: string, message: string): Error {
  const isConstraint = code.startsWith("SQLITE_CONSTRAINT");
  const text = isConstraint ? `SQLITE_CONSTRAINT: ${message}` : message;
  return Object.assign(new Error(text), { code: isConstraint ? "SQLITE_CONSTRAINT" : code });
}

/**
 * Transactions have a connection each, but a file takes one writer at a time and nobody waits in the thread:
 * so while one connection is between BEGIN and COMMIT the others' statements wait here.
 */
class Turnstile {
  #holder: object | undefined;
  #waiting: (() => void)[] = [];

  async enter(connection: object, sql: string): Promise<void> {
    while (this.#holder && this.#holder !== connection) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (/^\s*BEGIN/i.test(sql)) this.#holder = connection;
  }

  leave(connection: object, sql: string): void {
    if (/^\s*(COMMIT|ROLLBACK)/i.test(sql)) this.forget(connection);
  }

  forget(connection: object): void {
    if (this.#holder !== connection) return;
    this.#holder = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}

/** A thread per file that moves the log into it; it lives as long as a connection to the file. */
class Checkpointers {
  readonly #files = new Map<string, { connections: number; readonly thread: Thread }>();

  opened(file: string): void {
    const known = this.#files.get(file);
    if (known) known.connections += 1;
    else this.#files.set(file, { connections: 1, thread: this.#start(file) });
  }

  async closed(file: string): Promise<void> {
    const known = this.#files.get(file);
    if (!known || --known.connections > 0) return;
    this.#files.delete(file);
    await known.thread.end();
  }

  #start(file: string): Thread {
    const thread = new Thread("./checkpointer.ts", { file });
    // Without it commits do the checkpoints themselves: slower, not wrong.
    thread.worker.on("error", (error) => {
      process.emitWarning(`no checkpoints beside the commits: ${String(error)}`);
    });
    return thread;
  }
}

const thread = new SqliteThread();
const checkpointers = new Checkpointers();
const turnstile = new Turnstile();

/** Statements without an answer, of all connections. */
export function waitingStatements(): number {
  return thread.waiting;
}

/** The part of the `sqlite3` package that Sequelize uses, on better-sqlite3 in a thread of its own. */
class Database {
  readonly filename: string;
  /** Set by Sequelize for the connection of a transaction. */
  uuid: string | undefined;
  readonly #connection = thread.acquire();
  #isOpen = false;

  constructor(filename: string, _mode: number, opened: (error: Error | null) => void) {
    this.filename = filename;
    thread.request({ kind: "open", connection: this.#connection, file: filename }).then(
      () => {
        this.#isOpen = true;
        checkpointers.opened(filename);
        opened(null);
      },
      (error: Error) => opened(error),
    );
  }

  serialize(block: () => void): void {
    block();
  }

  run(sql: string, ...rest: unknown[]): this {
    return this.#execute(sql, rest);
  }

  all(sql: string, ...rest: unknown[]): this {
    return this.#execute(sql, rest);
  }

  exec(sql: string, ...rest: unknown[]): this {
    return this.#execute(sql, rest);
  }

  close(done?: (error: Error | null) => void): void {
    turnstile.forget(this);
    thread
      .request({ kind: "close", connection: this.#connection })
      .then(() => (this.#isOpen ? checkpointers.closed(this.filename) : undefined))
      .then(() => thread.release())
      .then(
        () => done?.(null),
        (error: Error) => done?.(error),
      );
  }

  #execute(sql: string, rest: unknown[]): this {
    const callback = rest.find((value): value is Callback => typeof value === "function");
    const parameters = rest.find((value) => typeof value === "object" && value !== null) ?? [];
    this.#inTurn(sql, bindable(parameters)).then(
      ({ rows, changes, lastId }) => callback?.call({ lastID: lastId, changes }, null, rows),
      (error: Error) => callback?.call({ lastID: 0, changes: 0 }, error),
    );
    return this;
  }

  async #inTurn(sql: string, parameters: unknown[] | object): Promise<Execution> {
    await turnstile.enter(this, sql);
    try {
      return await thread.request({ kind: "execute", connection: this.#connection, sql, parameters });
    } finally {
      turnstile.leave(this, sql);
    }
  }
}

/** SQLite knows no booleans and dates; Sequelize's names begin with a `$`, the driver's do not. */
function bindable(parameters: object): unknown[] | object {
  if (Array.isArray(parameters)) return parameters.map(bindableValue);
  const bound: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parameters)) bound[name.slice(1)] = bindableValue(value);
  return bound;
}

function bindableValue(value: unknown): unknown {
  if (typeof value === "boolean") return Number(value);
  if (value instanceof Date) return value.toISOString();
  return value === undefined ? null : value;
}

export const dialectModule = { Database, OPEN_READONLY: 1, OPEN_READWRITE: 2, OPEN_CREATE: 4 };
