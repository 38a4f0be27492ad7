import { existsSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { isCode, linkOrCopy } from "./files.ts";
import { ARTIFACTS, DATABASE, databaseOf, openFile, readyArtifacts } from "./folder.ts";

/** 4 MB at a time: the disk is the product's in between. */
const PAGES_PER_STEP = 1000;
/** Of the folder, what a restored installation does without: it is captured anew. */
const LEFT_OUT = ["profiles"];

type Progress = (what: string, share: number) => void;

/** Copies an installation as it is at one moment into an empty folder, while it runs. Returns its last migration. */
export async function snapshotFolder(dataDir: string, folder: string, progress: Progress): Promise<string> {
  await snapshotDatabase(dataDir, folder, progress);
  const database = new BetterSqlite3(join(folder, DATABASE));
  try {
    // One file, with nothing beside it.
    database.pragma("journal_mode = DELETE");
    database.exec("DELETE FROM sessions");
    await snapshotArtifacts(database, dataDir, folder, progress);
    const last = database.prepare<[], { name: string }>("SELECT MAX(name) AS name FROM migrations").get();
    await copyOthers(dataDir, folder);
    return last?.name ?? "";
  } finally {
    database.close();
  }
}

async function snapshotDatabase(dataDir: string, folder: string, progress: Progress): Promise<void> {
  const database = openFile(dataDir);
  try {
    // What is read is of this moment: without a transaction every commit would make the copy begin anew.
    database.exec("BEGIN");
    database.prepare("SELECT COUNT(*) FROM sqlite_schema").get();
    await database.backup(join(folder, DATABASE), {
      progress: ({ totalPages, remainingPages }) => {
        progress("database", 1 - remainingPages / Math.max(1, totalPages));
        return PAGES_PER_STEP;
      },
    });
    database.exec("COMMIT");
  } finally {
    database.close();
  }
}

/** Content never changes. What was removed after the moment of the copy is removed from the copy, too. */
async function snapshotArtifacts(
  database: BetterSqlite3.Database,
  dataDir: string,
  folder: string,
  progress: Progress,
): Promise<void> {
  const artifacts = readyArtifacts(database);
  await mkdir(join(folder, ARTIFACTS));
  for (const [index, { id }] of artifacts.entries()) {
    try {
      await linkOrCopy(join(dataDir, ARTIFACTS, id), join(folder, ARTIFACTS, id));
    } catch (error) {
      if (!isCode(error, "ENOENT") || isThere(dataDir, id))
        throw new Error(`the content of artifact ${id} cannot be read: ${String(error)}`);
      database.prepare("DELETE FROM artifacts WHERE artifact_id = ?").run(id);
    }
    progress("artifacts", (index + 1) / artifacts.length);
  }
}

/** Is the artifact still known, so that its content should be? */
function isThere(dataDir: string, id: string): boolean {
  const database = openFile(dataDir);
  try {
    return database.prepare("SELECT 1 FROM artifacts WHERE artifact_id = ?").get(id) !== undefined;
  } finally {
    database.close();
  }
}

/** What people keep there: certificates, for example. */
async function copyOthers(dataDir: string, folder: string): Promise<void> {
  for (const path of await filesBelow(dataDir)) {
    const [top = ""] = path.split("/");
    const isOurs = join(dataDir, path).startsWith(databaseOf(dataDir)) || top === ARTIFACTS;
    if (isOurs || LEFT_OUT.includes(top) || existsSync(join(folder, path))) continue;
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await linkOrCopy(join(dataDir, path), join(folder, path));
  }
}

/** Their paths below a folder, in order; no links and the like. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(join(folder, "/").length)).sort();
}
