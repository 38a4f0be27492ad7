import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, link, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

/** In hexadecimal. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** The same file under another name; a copy where the file system has no other way. For files that never change. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!isCode(error, "EXDEV", "EPERM", "ENOTSUP")) throw error;
    await copyFile(from, to);
  }
}

/** What was written is on the disk, not only on its way there. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
