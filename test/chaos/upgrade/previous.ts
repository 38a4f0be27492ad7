import { execFile } from "node:child_process";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryDirectory } from "../../helpers/actor-harness.ts";

/** The product as it was released before: version 0.4.0. */
const PREVIOUS = "509cbce";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const run = promisify(execFile);

/** The previous version in a folder of its own, with the packages of this one. */
export async function previousProduct(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  await requireHistory();
  const directory = await temporaryDirectory();
  const archive = join(directory.path, "product.tar");
  await run("git", ["archive", "--output", archive, PREVIOUS], { cwd: ROOT });
  await run("tar", ["-xf", archive, "-C", directory.path]);
  await symlink(join(ROOT, "node_modules"), join(directory.path, "node_modules"));
  return directory;
}

async function requireHistory(): Promise<void> {
  const known = run("git", ["cat-file", "-e", `${PREVIOUS}^{commit}`], { cwd: ROOT });
  await known.catch(() => {
    throw new Error(`this clone does not have the commit ${PREVIOUS}; run \`git fetch --unshallow\``);
  });
}
