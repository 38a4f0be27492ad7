import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BlobStore } from "../../actors/runtime/blobs.ts";

type OpenedBlobStore = { readonly blobs: BlobStore; readonly close: () => Promise<void> };

async function* parts(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What every driver of the port does. */
export function blobStoreSuite(driver: string, open: () => Promise<OpenedBlobStore>): void {
  describe(`content on ${driver}`, () => {
    let opened: OpenedBlobStore;
    const bytes = randomBytes(700_001);

    beforeAll(async () => {
      opened = await open();
      await opened.blobs.write("a", parts(bytes, 65_537));
    });
    afterAll(() => opened.close());

    test.each([
      [0, 700_001],
      [0, 1],
      [262_143, 262_145],
      [300_000, 600_000],
      [700_000, 700_001],
      [5, 5],
    ])("bytes %i to %i are what was written", async (start, end) => {
      expect((await all(opened.blobs.read("a", start, end))).equals(bytes.subarray(start, end))).toBe(true);
    });

    test("empty content, and one of exactly so many chunks", async () => {
      const even = bytes.subarray(0, 524_288);
      await opened.blobs.write("empty", parts(Buffer.alloc(0), 1));
      await opened.blobs.write("even", parts(even, 524_288));
      expect(await all(opened.blobs.read("empty", 0, 0))).toHaveLength(0);
      expect((await all(opened.blobs.read("even", 0, even.length))).equals(even)).toBe(true);
    });

    test("what fails on the way leaves nothing", async () => {
      async function* broken() {
        yield bytes;
        throw new Error("the client went away");
      }
      await expect(opened.blobs.write("broken", broken())).rejects.toThrow("went away");
      await expect(all(opened.blobs.read("broken", 0, 10))).rejects.toThrow();
      await opened.blobs.write("broken", parts(bytes, 1000));
      expect(await all(opened.blobs.read("broken", 0, 10))).toHaveLength(10);
    });

    test("what was removed is gone, twice too, and other content stays", async () => {
      await opened.blobs.write("b", parts(bytes, 1000));
      await opened.blobs.remove("b");
      await opened.blobs.remove("b");
      await expect(all(opened.blobs.read("b", 0, 10))).rejects.toThrow();
      expect(await all(opened.blobs.read("a", 0, 10))).toHaveLength(10);
    });
  });
}
