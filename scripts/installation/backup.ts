import { existsSync } from "node:fs";
import { link, mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { create } from "tar";
import pack from "../../package.json" with { type: "json" };
import { isCode, sync } from "./files.ts";
import { entryOf, MANIFEST, type Manifest } from "./manifest.ts";
import { printer } from "./progress.ts";
import { filesBelow, snapshotFolder } from "./snapshot.ts";

type BackupOptions = {
  readonly dataDir: string;
  readonly file: string;
  readonly force: boolean;
  readonly print: (line: string) => void;
};

/** Writes a .tar.gz of a whole installation, which may run meanwhile; all of it, or nothing. */
export async function backup({ dataDir, file, force, print }: BackupOptions): Promise<Manifest> {
  const target = resolve(file);
  if (existsSync(target) && !force) throw new Error(exists(file));
  if (target.startsWith(join(resolve(dataDir), "/")))
    throw new Error(
      `${file} is in ${dataDir}, which would then be in the next backup; choose another folder`,
    );
  const work = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    const folder = join(work, "data");
    const manifest = await gather(dataDir, folder, print);
    const part = join(work, "archive");
    print("writing the archive ...");
    await create({ gzip: true, portable: true, cwd: folder, file: part }, [
      MANIFEST,
      ...manifest.files.map(({ path }) => path),
    ]);
    await sync(part);
    await (force ? rename(part, target) : appear(part, target, file));
    await sync(dirname(target));
    print(
      `${file}: ${(await stat(target)).size} bytes, ${manifest.files.length} files, as of ${manifest.time}`,
    );
    return manifest;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function gather(dataDir: string, folder: string, print: (line: string) => void): Promise<Manifest> {
  const time = new Date().toISOString();
  await mkdir(folder);
  const schema = await snapshotFolder(dataDir, folder, printer(print));
  const files: Manifest["files"] = [];
  for (const path of await filesBelow(folder)) files.push(await entryOf(folder, path));
  const manifest: Manifest = { format: 1, version: pack.version, schema, time, files };
  await writeFile(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** Under its name, unless somebody else has taken that meanwhile. */
async function appear(part: string, target: string, file: string): Promise<void> {
  try {
    await link(part, target);
  } catch (error) {
    throw isCode(error, "EEXIST") ? new Error(exists(file)) : error;
  }
}

function exists(file: string): string {
  return `${file} exists; choose another name, or overwrite it with --force`;
}
