import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createConnection } from "mysql2/promise";
import { findCommand } from "../tools.ts";
import type { Address } from "./daemon.ts";
import { type Kind, type Place, type Server, type ServerOptions, startServer } from "./server.ts";

const run = promisify(execFile);

const DATABASE = "gateway_twin";
const USER = "gateway_twin";
const PASSWORD = "gateway_twin";

/** Run at each start. The user may make further databases: tests do. */
const INIT_SQL = `\
CREATE DATABASE IF NOT EXISTS ${DATABASE};
CREATE USER IF NOT EXISTS '${USER}'@'%' IDENTIFIED BY '${PASSWORD}';
GRANT ALL ON *.* TO '${USER}'@'%';
`;

const MARIADB: Kind = {
  name: "mariadb",
  command: "mariadbd",
  prepare: async ({ directory }) => {
    if (!existsSync(dataFolder(directory))) await install(directory);
    await writeFile(initFile(directory), INIT_SQL);
  },
  args,
  readyText: "ready for connections",
  probe: async (address) => {
    const connection = await createConnection({ uri: urlOf(address), connectTimeout: 2000 });
    try {
      await connection.query("SELECT 1");
    } finally {
      await connection.end();
    }
  },
  url: urlOf,
};

/** MariaDB that has on disk what it has acknowledged. */
export function startMariadb(options: ServerOptions = {}): Promise<Server> {
  return startServer(MARIADB, options);
}

function urlOf({ host, port }: Address): string {
  return `mysql://${USER}:${PASSWORD}@${host}:${port}/${DATABASE}`;
}

function args({ directory, host, port }: Place): string[] {
  return [
    "--no-defaults",
    ...asRoot(),
    `--datadir=${dataFolder(directory)}`,
    temporaryFolder(directory),
    `--init-file=${initFile(directory)}`,
    `--bind-address=${host}`,
    `--port=${port}`,
    // Relative to the data folder: the whole path might be too long for a socket.
    "--socket=mariadb.sock",
    "--skip-name-resolve",
    "--character-set-server=utf8mb4",
    "--max-allowed-packet=64M",
    "--max-connections=400",
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-buffer-pool-size=128M",
    "--innodb-buffer-pool-dump-at-shutdown=OFF",
    "--skip-log-bin",
  ];
}

/** An install that was broken off must not pass for a whole one: it gets its name at the end. */
async function install(directory: string): Promise<void> {
  const unfinished = join(directory, "installing");
  await rm(unfinished, { recursive: true, force: true });
  const options = [
    `--datadir=${unfinished}`,
    temporaryFolder(directory),
    "--skip-test-db",
    "--skip-name-resolve",
  ];
  await run(findCommand("mariadb-install-db"), ["--no-defaults", ...asRoot(), ...options]);
  await rename(unfinished, dataFolder(directory));
}

/** In the common folder for temporary files two servers that start at once can delete each other's. */
function temporaryFolder(directory: string): string {
  return `--tmpdir=${directory}`;
}

/** It refuses to run as root unless that is said. */
function asRoot(): string[] {
  return process.getuid?.() === 0 ? ["--user=root"] : [];
}

function dataFolder(directory: string): string {
  return join(directory, "data");
}

function initFile(directory: string): string {
  return join(directory, "init.sql");
}
