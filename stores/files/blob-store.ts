import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { BlobStore } from "../../actors/runtime/blobs.ts";

/** Each content is a file of a folder. */
export class FileBlobStore implements BlobStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async write(blobId: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const path = this.#pathOf(blobId);
    const unfinished = `${path}.part`;
    await mkdir(this.#folder, { recursive: true });
    try {
      await writeAll(unfinished, content);
      await rename(unfinished, path);
      await syncFolder(this.#folder);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  }

  async *read(blobId: string, start: number, end: number): AsyncGenerator<Uint8Array> {
    // A stream's `end` is the last byte.
    if (end > start) yield* createReadStream(this.#pathOf(blobId), { start, end: end - 1 });
  }

  async remove(blobId: string): Promise<void> {
    await rm(this.#pathOf(blobId), { force: true });
    await rm(`${this.#pathOf(blobId)}.part`, { force: true });
  }

  #pathOf(blobId: string): string {
    if (!/^[a-z0-9-]+$/.test(blobId)) throw new Error("the id of a content is a plain name");
    return join(this.#folder, blobId);
  }
}

async function writeAll(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, "w");
  try {
    for await (const chunk of content) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The new name is on disk, too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
