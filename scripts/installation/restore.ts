import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { extract } from "tar";
import { openDatabase } from "../../stores/database.ts";
import { isCode, sync } from "./files.ts";
import { databaseOf, openFile, requireUnused } from "./folder.ts";
import { checkedManifest, MANIFEST, type Manifest } from "./manifest.ts";
import { filesBelow } from "./snapshot.ts";

type RestoreOptions = {
  readonly dataDir: string;
  readonly file: string;
  readonly print: (line: string) => void;
};

/**
 * Puts a backup in the place of an installation that does not run. Everything is checked before anything changes; what
 * was there stays beside it under another name.
 */
export async function restore({ dataDir, file, print }: RestoreOptions): Promise<Manifest> {
  const target = resolve(dataDir);
  requireStopped(target);
  await mkdir(dirname(target), { recursive: true });
  const stage = await mkdtemp(join(dirname(target), `.${basename(target)}-restore-`));
  try {
    print("reading and checking the archive ...");
    const manifest = await unpacked(file, stage).catch((error: unknown) => {
      throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    });
    requireStopped(target);
    const kept = await swap(stage, target);
    print(`${dataDir} is as of ${manifest.time}, made by version ${manifest.version}`);
    if (kept !== undefined)
      print(`what was there before is in ${kept}; remove it when it is not needed any more`);
    return manifest;
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

function requireStopped(dataDir: string): void {
  if (!existsSync(databaseOf(dataDir))) return;
  const database = openFile(dataDir);
  try {
    requireUnused(database);
  } finally {
    database.close();
  }
}

async function unpacked(file: string, stage: string): Promise<Manifest> {
  if (!existsSync(file)) throw new Error("there is no such file");
  // Nothing but files: no link can lead out of the folder.
  const filter = (_path: string, entry: object) => "type" in entry && entry.type === "File";
  await extract({ file, cwd: stage, strict: true, filter });
  const manifest = await checkedManifest(stage, await filesBelow(stage));
  await rm(join(stage, MANIFEST));
  // What cannot be opened by this version is not put in place.
  await (await openDatabase(stage)).close();
  for (const path of await filesBelow(stage)) await sync(join(stage, path));
  return manifest;
}

/** Returns where the old folder is now, if there was one. */
async function swap(stage: string, target: string): Promise<string | undefined> {
  if (!existsSync(target)) {
    await rename(stage, target);
    return undefined;
  }
  await chmod(stage, (await stat(target)).mode);
  const kept = `${target}.before-${new Date().toISOString().replaceAll(/[:.]/g, "-")}`;
  await rename(target, kept).catch((error: unknown) => {
    if (!isCode(error, "EBUSY", "EXDEV")) throw error;
    throw new Error(`${target} is a mount point; restore into a folder below it, and set DATA_DIR to that`);
  });
  try {
    await rename(stage, target);
  } catch (error) {
    await rename(kept, target);
    throw error;
  }
  await sync(dirname(target));
  return kept;
}
