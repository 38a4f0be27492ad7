import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FileBlobStore } from "../../stores/files/blob-store.ts";
import { SqlBlobStore } from "../../stores/sql/blob-store.ts";
import { blobStoreSuite } from "../conformance/blob-store.ts";
import { DATABASES } from "../helpers/databases.ts";

const newFolder = () => mkdtemp(join(tmpdir(), "gateway-twin-blobs-"));

blobStoreSuite("files", async () => {
  const folder = await newFolder();
  return {
    blobs: new FileBlobStore(join(folder, "artifacts")),
    close: () => rm(folder, { recursive: true }),
  };
});

for (const [driver, open] of DATABASES)
  blobStoreSuite(driver, async () => {
    const { sequelize, close } = await open();
    return { blobs: new SqlBlobStore(sequelize), close };
  });

test("a broken upload leaves no file, and ids are no paths", async () => {
  const folder = await newFolder();
  const blobs = new FileBlobStore(folder);
  async function* broken() {
    yield Buffer.from("x");
    throw new Error("gone");
  }
  await expect(blobs.write("a", broken())).rejects.toThrow("gone");
  expect(await readdir(folder)).toEqual([]);
  await expect(blobs.write("../a", broken())).rejects.toThrow("plain name");
  await rm(folder, { recursive: true });
});
