import { join } from "node:path";
import type { BlobStore } from "../actors/runtime/blobs.ts";
import { FileBlobStore } from "../stores/files/blob-store.ts";
import { SqlBlobStore } from "../stores/sql/blob-store.ts";
import type { Parts } from "./parts.ts";

/** Where artifacts are kept: with several nodes no folder is everybody's, but the database is. */
export function blobStore({ env, sequelize }: Pick<Parts, "env" | "sequelize">): BlobStore {
  return env.DATABASE_URL ? new SqlBlobStore(sequelize) : new FileBlobStore(join(env.DATA_DIR, "artifacts"));
}
