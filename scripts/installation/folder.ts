import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { isRunning } from "../../application/process.ts";

/** In the DATA_DIR of an embedded installation. */
export const DATABASE = "gateway-twin.sqlite";
export const ARTIFACTS = "artifacts";

export function databaseOf(dataDir: string): string {
  return join(dataDir, DATABASE);
}

/** Opens the database of a folder, whoever else uses it. Throws one line when there is none. */
export function openFile(dataDir: string): BetterSqlite3.Database {
  const file = databaseOf(dataDir);
  if (!existsSync(file)) throw new Error(`there is no installation in ${dataDir}: it has no ${DATABASE}`);
  return new BetterSqlite3(file, { fileMustExist: true });
}

type SessionRecord = { readonly nodeId: string; readonly host: string; readonly pid: number };

/** Throws one line that names who uses the data; not the processes of this machine that are gone. */
export function requireUnused(database: BetterSqlite3.Database): void {
  const now = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
  const sql = `SELECT node_id AS nodeId, host, pid FROM sessions WHERE expires_at > ${now}`;
  const sessions = database.prepare<[], SessionRecord>(sql).all();
  const user = sessions.find(({ host, pid }) => host !== hostname() || isRunning(pid));
  if (user)
    throw new Error(
      `the data is in use by node ${user.nodeId} (pid ${user.pid} on ${user.host}); stop it first`,
    );
}

type ArtifactRecord = { readonly id: string; readonly size: number; readonly sha256: string };

/** The artifacts whose content is there: its bytes, and their SHA-256 in hexadecimal. */
export function readyArtifacts(database: BetterSqlite3.Database): ArtifactRecord[] {
  const sql =
    "SELECT artifact_id AS id, size, sha256 FROM artifacts WHERE state = 'READY' ORDER BY artifact_id";
  return database.prepare<[], ArtifactRecord>(sql).all();
}
