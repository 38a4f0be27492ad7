import { connect as connectSocket } from "node:net";
import { type Connection, default as mysql2 } from "mysql2";
import { type Options, Sequelize } from "sequelize";

/**
 * One connection for the commits (there is one at a time), one each for the session and for snapshots, which must
 * not wait for the rest, and the others for loads, lists and claims. Ten nodes fit into the 151 connections that
 * a server takes by default.
 */
const MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5000;
const MAX_WAIT_FOR_CONNECTION_MS = 10_000;
/** Connections without work are closed before their silence is noticed. */
const IDLE_MS = 5000;
/** All statements are short: who says nothing for so long is not there any more, though nobody has closed the link. */
const SILENCE_MS = 15_000;
/** Texts a connection has prepared; the server keeps 16,382 for all of them. */
const MAX_PREPARED = 100;

/** Texts are compared byte by byte. */
export const COLLATION = "utf8mb4_bin";

/**
 * Writes lock the rows they touch and no gaps between them; a read sees what is committed when it starts. Who waits
 * for a lock longer than usual is better off trying again. The mode is the one that escaping of values relies on.
 * (With replication by statement, which is nobody's default any more, servers refuse writes at this level.)
 */
const SESSION_SETTINGS = [
  "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
  "SET SESSION innodb_lock_wait_timeout = 2, SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
];

export type Address = {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly database: string;
};

/** `mysql://user:password@host:port/database` */
export function addressOf(text: string): Address {
  const url = URL.parse(text);
  const database = decodeURIComponent(url?.pathname.slice(1) ?? "");
  if (!url?.hostname || !database || url.search)
    throw new Error("the database's address must be mysql://user:password@host:port/database");
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port || 3306),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database,
  };
}

export function connectMysql(address: Address, silenceMs: number = SILENCE_MS): Sequelize {
  return new Sequelize({ ...OPTIONS, ...address, dialectOptions: dialectOptions(address, silenceMs) });
}

const OPTIONS: Options = {
  dialect: "mysql",
  dialectModule: mysql2,
  logging: false,
  define: { charset: "utf8mb4", collate: COLLATION },
  pool: { max: MAX_CONNECTIONS, acquire: MAX_WAIT_FOR_CONNECTION_MS, idle: IDLE_MS },
  // Sequelize knows no type of connections.
  hooks: { afterConnect: (connection) => configure(connection as Connection) },
};

function dialectOptions({ host, port }: Address, silenceMs: number) {
  return {
    charset: COLLATION,
    decimalNumbers: true,
    // An UPDATE tells how many rows it has found, as with SQLite, not how many have become different.
    flags: "FOUND_ROWS",
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxPreparedStatements: MAX_PREPARED,
    stream: () => {
      const socket = connectSocket({ host, port, noDelay: true, keepAlive: true });
      socket.setTimeout(silenceMs, () => socket.destroy(silence(silenceMs)));
      return socket;
    },
  };
}

function silence(silenceMs: number): Error {
  return Object.assign(new Error(`the database did not answer for ${silenceMs} ms`), { code: "ETIMEDOUT" });
}

async function configure(connection: Connection): Promise<void> {
  const client = connection.promise();
  for (const setting of SESSION_SETTINGS) await client.query(setting);
}
